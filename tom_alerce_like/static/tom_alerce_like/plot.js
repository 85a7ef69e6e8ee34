// Draws every figure of the page that is not drawn yet, with the page's own plotly, or ours where the page has none.
(function () {
  const draw = (box) => {
    const figure = JSON.parse(document.getElementById(box.dataset.figure).textContent);
    box.dataset.drawn = "yes";
    window.Plotly.newPlot(box, figure.data, figure.layout, { displaylogo: false, responsive: true });
  };
  const drawAll = () => document.querySelectorAll(".alerce-plot:not([data-drawn])").forEach(draw);
  const first = document.querySelector(".alerce-plot:not([data-drawn])");
  if (window.Plotly || !first) return drawAll();
  const script = document.createElement("script");
  script.src = first.dataset.plotly;
  script.onload = drawAll;
  document.head.append(script);
})();
