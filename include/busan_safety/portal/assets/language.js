// Korean is the page's language; the button shows the other one and remembers the choice.
(function () {
  "use strict";
  var root = document.documentElement;
  var button = document.getElementById("language");
  function show(language) {
    root.lang = language;
    document.title = document.body.dataset["title" + (language === "ko" ? "Ko" : "En")];
    button.textContent = language === "ko" ? "English" : "한국어";
    button.lang = language === "ko" ? "en" : "ko";
    try { localStorage.setItem("language", language); } catch (ignored) { /* not remembered */ }
  }
  var remembered = null;
  try { remembered = localStorage.getItem("language"); } catch (ignored) { /* Korean then */ }
  button.hidden = false;
  show(remembered === "en" ? "en" : "ko");
  button.addEventListener("click", function () { show(root.lang === "ko" ? "en" : "ko"); });
})();
