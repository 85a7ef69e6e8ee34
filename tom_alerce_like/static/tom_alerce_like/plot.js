// Draws every figure of the page that is not drawn yet, with the page's own plotly, or ours where the page has none.
(function () {
  const draw = (box) => {
    const figure = JSON.parse(document.getElementById(box.dataset.figure).textContent);
    box.dataset.drawn = "yes";
    window.Plotly.newPlot(box, figure.data, figure.layout, { displaylogo: false });
  };
  // in a tab that is not open a box has no width yet: it is drawn when it gets one
  const fit = ([{ target: box }]) => {
    if (box.clientWidth) box.dataset.drawn ? window.Plotly.Plots.resize(box) : draw(box);
  };
  const boxes = document.querySelectorAll(".alerce-plot:not([data-watched])");
  const watchAll = () => boxes.forEach((box) => new ResizeObserver(fit).observe(box));
  boxes.forEach((box) => (box.dataset.watched = "yes"));
  if (window.Plotly || !boxes.length) return watchAll();
  let script = document.querySelector("script[data-alerce-plotly]");
  if (!script) {
    script = document.createElement("script");
    script.src = boxes[0].dataset.plotly;
    script.dataset.alercePlotly = "yes";
    document.head.append(script);
  }
  script.addEventListener("load", watchAll);
})();
