// The toolkit's base page takes Bootstrap from a CDN. Where that cannot be reached, take our copy of the same version.
(function () {
  const here = document.currentScript.dataset;
  if (window.bootstrap || document.getElementById("alerce-bootstrap")) return;
  const style = document.createElement("link");
  style.id = "alerce-bootstrap";
  style.rel = "stylesheet";
  style.href = here.css;
  style.onload = () => window.dispatchEvent(new Event("resize")); // plots were drawn to the width without it
  document.head.prepend(style); // first, so that the TOM's own styles still win
  const script = document.createElement("script");
  script.src = here.js;
  script.onload = () => {
    // the toolkit opens the tab that the address names before there was a Bootstrap to open it
    const name = new URL(window.location.href).searchParams.get("tab");
    if (name) document.querySelector(`#tabs a[href="#${CSS.escape(name)}"]`)?.click();
  };
  document.head.append(script);
})();
