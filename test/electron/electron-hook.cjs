/* Owns what the desktop tests record inside the real Electron: loaded before the app, it notes what the system would show and answers its questions. */
const { BrowserWindow, dialog, Notification, shell, Tray } = require("electron");

const seen = {
  tray: { icon: "", tooltip: "", menu: undefined },
  notices: [],
  questions: [],
  answers: [],
  openedOutside: [],
  focused: undefined,
};
globalThis.__signalboxSeen = seen;

function note(prototype, method, record) {
  const original = prototype[method];
  prototype[method] = function noted(...args) {
    record.apply(this, args);
    return original.apply(this, args);
  };
}

note(Tray.prototype, "setImage", (icon) => {
  seen.tray.icon = String(icon);
});
note(Tray.prototype, "setToolTip", (text) => {
  seen.tray.tooltip = text;
});
note(Tray.prototype, "setContextMenu", (menu) => {
  seen.tray.menu = menu;
});
Notification.isSupported = () => true;
Notification.prototype.show = function show() {
  seen.notices.push(this);
};
dialog.showMessageBox = async (...args) => {
  const question = args.at(-1);
  seen.questions.push({ message: question.message, detail: question.detail ?? "", buttons: question.buttons ?? [] });
  const index = (question.buttons ?? []).indexOf(seen.answers.shift());
  return { response: index === -1 ? (question.cancelId ?? 0) : index, checkboxChecked: false };
};
shell.openExternal = async (url) => {
  seen.openedOutside.push(url);
};
const isFocused = BrowserWindow.prototype.isFocused;
BrowserWindow.prototype.isFocused = function focused() {
  return seen.focused ?? isFocused.call(this);
};
