// The button exists only where it can print.
const print = document.getElementById("print");
print.hidden = false;
print.addEventListener("click", () => window.print());
