/** Draws a sentence in which names between backticks are code, so that nobody sees the backticks. */
import { Fragment } from "react";

export function CodeText({ text }: { text: string }) {
  // Every second piece stands between two backticks; one without its partner is a character like any other.
  const pieces = text.split(/`([^`\n]+)`/);
  return pieces.map((piece, at) => {
    const key = `${at} ${piece}`;
    return at % 2 === 1 ? <code key={key}>{piece}</code> : <Fragment key={key}>{piece}</Fragment>;
  });
}
