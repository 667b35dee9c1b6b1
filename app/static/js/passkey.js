// Module of the passkey pages: hands the server's question to the authenticator, and its answer back.

/** @param {string} text */
function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

/** @param {ArrayBuffer | null | undefined} buffer */
function written(buffer) {
  if (!buffer) return undefined;
  let plain = "";
  for (const byte of new Uint8Array(buffer)) plain += String.fromCharCode(byte);
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {any} options */
function readable(options) {
  const named = (/** @type {any} */ key) => ({ ...key, id: bytes(key.id) });
  const read = { ...options, challenge: bytes(options.challenge) };
  if (options.user) read.user = { ...options.user, id: bytes(options.user.id) };
  if (options.excludeCredentials) read.excludeCredentials = options.excludeCredentials.map(named);
  // No list at all lets the authenticator offer what it has; an empty one would forbid everything.
  if (options.allowCredentials?.length) read.allowCredentials = options.allowCredentials.map(named);
  else delete read.allowCredentials;
  return read;
}

/** @param {any} found */
function answerOf(found) {
  const response = found.response;
  return {
    id: found.id,
    rawId: written(found.rawId),
    type: found.type,
    authenticatorAttachment: found.authenticatorAttachment ?? undefined,
    extensions: JSON.stringify(found.getClientExtensionResults()),
    response: {
      clientDataJSON: written(response.clientDataJSON),
      attestationObject: written(response.attestationObject),
      authenticatorData: written(response.authenticatorData),
      signature: written(response.signature),
      userHandle: written(response.userHandle),
      transports: response.getTransports?.() ?? undefined,
    },
  };
}

/** @param {HTMLFormElement} form */
async function ask(form) {
  const failed = form.querySelector("[data-failed]");
  if (failed instanceof HTMLElement) failed.hidden = true;
  try {
    const publicKey = readable(JSON.parse(form.dataset.options || "{}"));
    const found =
      form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey })
        : await navigator.credentials.get({ publicKey });
    if (!found) throw new Error("nothing was chosen");
    const field = form.elements.namedItem("credential");
    if (field instanceof HTMLInputElement) field.value = JSON.stringify(answerOf(found));
    form.submit();
  } catch {
    // Stopped by the person, or no authenticator: the page says so and offers the button again.
    if (failed instanceof HTMLElement) failed.hidden = false;
  }
}

const form = document.querySelector("form[data-passkey]");
if (form instanceof HTMLFormElement) {
  form.querySelector("[data-again]")?.addEventListener("click", () => void ask(form));
  void ask(form);
}
