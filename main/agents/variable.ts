/** Variables of an environment by name, as each system compares names: on Windows without regard to case. */

/** `Path` is what Windows itself calls the search path; a copy of `process.env` no longer finds it as `PATH`. */
export function variableName(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  platform: NodeJS.Platform = process.platform,
): string {
  if (platform !== "win32" || env[name] !== undefined) return name;
  const wanted = name.toUpperCase();
  return Object.keys(env).find((key) => key.toUpperCase() === wanted && env[key] !== undefined) ?? name;
}

export const variable = (
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  platform: NodeJS.Platform = process.platform,
): string | undefined => env[variableName(env, name, platform)];
