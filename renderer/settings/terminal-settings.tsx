/** The settings of the terminal. */
import { EDITORS, type EditorId, SSH_HOST } from "../../shared/links/editor-address.ts";
import { useServices } from "../shell/services.ts";
import { changeSettings, FONT_FAMILY, type Settings, useSettings } from "../stores/settings-store.ts";
import { Choice, Select, Toggle } from "./controls.tsx";
import { NumberSetting } from "./number-setting.tsx";
import { TextSetting } from "./text-setting.tsx";

const CURSORS: readonly (readonly [Settings["cursorStyle"], string])[] = [
  ["block", "Block"],
  ["bar", "Bar"],
  ["underline", "Underline"],
];
const RENDERERS: readonly (readonly [Settings["renderer"], string])[] = [
  ["dom", "Browser"],
  ["webgl", "Graphics card"],
];

const OPTION_KEYS: readonly (readonly [Settings["optionIsMeta"], string])[] = [
  ["off", "Types characters"],
  ["left", "Left is Meta"],
  ["right", "Right is Meta"],
  ["both", "Both are Meta"],
];
const PROGRAM_CLIPBOARD: readonly (readonly [Settings["programClipboard"], string])[] = [
  ["ask", "Ask"],
  ["allow", "Allow"],
  ["never", "Off"],
];

export function TerminalSettings() {
  const settings = useSettings();
  const { host } = useServices();
  const mac = host.platform === "darwin";
  return (
    <>
      <NumberSetting
        label="Text size"
        value={settings.fontSize}
        min={9}
        max={24}
        step={1}
        unit="px"
        onChange={(fontSize) => changeSettings({ fontSize })}
      />
      <TextSetting
        label="Font"
        hint="Families that are installed where this window is, such as Fira Code. Empty: JetBrains Mono, which comes with Signalbox."
        value={settings.fontFamily}
        placeholder="JetBrains Mono"
        isGood={(text) => FONT_FAMILY.test(text)}
        bad="Names of fonts with commas between them"
        onChange={(fontFamily) => changeSettings({ fontFamily })}
      />
      <Toggle
        label="Ligatures"
        hint="Draws => and != as one sign, where the font has it."
        value={settings.ligatures}
        onChange={(ligatures) => changeSettings({ ligatures })}
      />
      <NumberSetting
        label="Line height"
        value={settings.lineHeight}
        min={1}
        max={2}
        step={0.05}
        onChange={(lineHeight) => changeSettings({ lineHeight })}
      />
      <Choice
        label="Cursor"
        value={settings.cursorStyle}
        options={CURSORS}
        onChange={(cursorStyle) => changeSettings({ cursorStyle })}
      />
      <Toggle
        label="Blinking cursor"
        value={settings.cursorBlink}
        onChange={(cursorBlink) => changeSettings({ cursorBlink })}
      />
      <NumberSetting
        label="Scrollback"
        hint="Lines that can be scrolled back to. The daemon keeps 10,000."
        value={settings.scrollback}
        min={0}
        max={100_000}
        step={1_000}
        unit="lines"
        onChange={(scrollback) => changeSettings({ scrollback })}
      />
      <Choice
        label="Renderer"
        hint="The graphics card is faster with much output. If it fails, the browser takes over."
        value={settings.renderer}
        options={RENDERERS}
        onChange={(renderer) => changeSettings({ renderer })}
      />
      {mac && (
        <Choice
          label="Option key"
          hint="Option types what the keyboard's layout has there, such as @ or |. As Meta it makes the Alt shortcuts of programs, and types none of these."
          value={settings.optionIsMeta}
          options={OPTION_KEYS}
          onChange={(optionIsMeta) => changeSettings({ optionIsMeta })}
        />
      )}
      {!mac && (
        <Toggle
          label="Ctrl+C copies when text is selected"
          hint="Without a selection it interrupts the program, as always. Ctrl+Shift+C copies in any case."
          value={settings.ctrlCCopies}
          onChange={(ctrlCCopies) => changeSettings({ ctrlCCopies })}
        />
      )}
      <Toggle
        label="Copy as soon as text is selected"
        value={settings.copyOnSelect}
        onChange={(copyOnSelect) => changeSettings({ copyOnSelect })}
      />
      <Toggle
        label="Ask before several lines are pasted"
        hint="Only where the program runs each line as it arrives. Most shells and agents don't."
        value={settings.warnPaste}
        onChange={(warnPaste) => changeSettings({ warnPaste })}
      />
      <Select
        label="Paths open in"
        hint="$EDITOR runs in a session of its own, on the machine with the file. The others open on the machine with this window."
        value={settings.editor}
        options={Object.entries(EDITORS) as [EditorId, string][]}
        onChange={(editor) => changeSettings({ editor })}
      />
      {host.kind === "browser" && (settings.editor === "vscode" || settings.editor === "cursor") && (
        <TextSetting
          label="SSH name of the machine with the files"
          hint="Empty where it is this one. Otherwise the editor opens paths there over SSH, for example at me@build-1."
          value={settings.editorHost}
          isGood={(text) => text === "" || SSH_HOST.test(text)}
          bad="A name as you give it to ssh, such as me@build-1"
          onChange={(editorHost) => changeSettings({ editorHost })}
        />
      )}
      <Choice
        label="Programs that copy to the clipboard"
        hint="Editors, tmux and agents can copy text by themselves (OSC 52). No program can read the clipboard."
        value={settings.programClipboard}
        options={PROGRAM_CLIPBOARD}
        onChange={(programClipboard) => changeSettings({ programClipboard })}
      />
    </>
  );
}
