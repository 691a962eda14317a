/* Dropping, choosing and pasting photos; sending them through the dashboard's own server with progress.
   Any element with data-drop="classify" or data-drop="upload" is a drop zone. What happened goes into the
   Dash Stores `classified` and `uploading`; Python draws them. The queue survives a change of page. */
(function () {
  "use strict";
  const MOST_RESULTS = 24, BATCH_FILES = 20, BATCH_BYTES = 16e6, TOGETHER = 2, RETRY_MS = 3000, MOST_RETRIES = 40;
  let task = null;

  function put(store, data) { window.dash_clientside.set_props(store, { data: data }); }

  function calmly(publish, everyMs) { // at most one publication per everyMs, the last one always
    let timer = null;
    return () => { timer = timer || setTimeout(() => { timer = null; publish(); }, everyMs); };
  }

  function send(path, form, onProgress, query) { // -> Promise of {status, body}; status 0: no answer
    const request = new XMLHttpRequest();
    const done = new Promise((resolve) => {
      const finish = () => {
        let body = {};
        try { body = JSON.parse(request.responseText); } catch { body = {}; } // an HTML error page has no detail
        resolve({ status: request.status, body: body });
      };
      request.onload = finish;
      request.onerror = request.onabort = () => resolve({ status: 0, body: { detail: "The dashboard's server did not answer." } });
    });
    request.upload.onprogress = (event) => onProgress(event.loaded / (event.total || 1));
    request.open("POST", path + "?" + new URLSearchParams({ ...(task && { task: task }), ...query }));
    request.setRequestHeader("X-Requested-With", "lenswright");
    request.send(form);
    return { done: done, abort: () => request.abort() };
  }

  /* Classify: a few at a time, newest first. */
  let results = [], waiting = [], busy = 0, number = 0;
  const publishResults = calmly(() => put("classified", results.map(({ file, ...shown }) => shown)), 120);
  const explaining = () => { const box = document.getElementById("classify-explain"); return Boolean(box && box.checked); };

  function classify(files) {
    for (const file of files) {
      results.unshift({ id: ++number, name: file.name, bytes: file.size, src: URL.createObjectURL(file), state: "waiting", file: file });
      waiting.push(results[0]);
    }
    results.splice(MOST_RESULTS).forEach(forget);
    publishResults();
    classifyWaiting();
  }

  function classifyWaiting() { while (busy < TOGETHER && waiting.length) classifyNext(); }

  function forget(item) {
    URL.revokeObjectURL(item.src);
    if (item.overlay) URL.revokeObjectURL(item.overlay);
    waiting = waiting.filter((other) => other !== item);
  }

  async function classifyNext() {
    const item = waiting.shift(), started = performance.now();
    busy += 1;
    let { status, body } = await ask(item, explaining());
    if (body.code === "no_explanation") {
      item.unexplained = body.detail;
      ({ status, body } = await ask(item, false));
    }
    if (body.explanation) { // as an address: the Store goes to the server and back with every change
      const bytes = Uint8Array.from(atob(body.explanation.heatmap_png_base64), (character) => character.charCodeAt(0));
      item.overlay = URL.createObjectURL(new Blob([bytes], { type: "image/png" }));
      delete body.explanation.heatmap_png_base64;
    }
    if (status === 200 || item.state !== "done") Object.assign(item, { state: status === 200 ? "done" : "failed", answer: body, took_ms: performance.now() - started });
    busy -= 1;
    publishResults();
    classifyWaiting();
  }

  function ask(item, explain) {
    const form = new FormData();
    form.append("image", item.file, item.name);
    return send("/relay/predict", form, () => {}, explain ? { explain: "true" } : {}).done;
  }

  function explainAll() { // those answered before the wish to see it
    waiting.push(...results.filter((item) => item.state === "done" && !item.overlay && !item.unexplained && !waiting.includes(item)));
    classifyWaiting();
  }

  /* Upload: batch after batch, with the bytes counted; an API that is away is waited for. */
  let queue = [], upload = null, current = null;
  const publishUpload = calmly(() => { const { problems, ...shown } = upload; put("uploading", { ...shown, problems: problems.slice(0, 200) }); }, 200);

  function enqueue(files) {
    const field = document.getElementById("upload-label");
    const label = field ? field.value.trim() : "";
    const origin = document.getElementById("upload-source"), source = origin ? origin.value.trim().slice(0, 100) : "";
    if (!upload || upload.state !== "running") {
      upload = { state: "running", files: 0, answered: 0, bytes: 0, sent: 0, stored: 0, duplicates: 0, refused: 0, problems: [], problem: null, batches: [] };
      queue = [];
    }
    for (const file of files) {
      queue.push({ file: file, label: label || file.folder || "", source: source });
      upload.files += 1;
      upload.bytes += file.size;
    }
    publishUpload();
    if (!current) sendBatches();
  }

  function nextBatch() { // one label and one kind per request: the label is a field of the request
    const first = queue[0], batch = [];
    let bytes = 0;
    while (queue.length && batch.length < BATCH_FILES && queue[0].label === first.label && queue[0].source === first.source && (bytes === 0 || bytes + queue[0].file.size <= BATCH_BYTES)) {
      bytes += queue[0].file.size;
      batch.push(queue.shift());
    }
    return { label: first.label, source: first.source, files: batch.map((entry) => entry.file), bytes: bytes };
  }

  async function sendBatches() {
    current = { abort: () => {} };
    while (queue.length && upload.state === "running") {
      const batch = nextBatch(), before = upload.sent;
      for (let attempt = 0; attempt < MOST_RETRIES; attempt += 1) {
        const { status, body } = await sendBatch(batch, before);
        if (upload.state !== "running") break;
        const away = status === 0 || status === 503;
        upload.problem = away ? body.detail : null;
        if (!away || attempt === MOST_RETRIES - 1) { note(batch, status, body); break; }
        publishUpload();
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS)); // what was stored is recognised again
      }
      upload.sent = before + batch.bytes;
      publishUpload();
    }
    current = null;
    if (upload.state === "running") upload.state = "done";
    publishUpload();
    window.dash_clientside.set_props("wake", { data: Date.now() });
  }

  function sendBatch(batch, before) {
    const form = new FormData();
    if (task) form.append("task", task);
    if (batch.label) form.append("label", batch.label);
    if (batch.source) form.append("source", batch.source);
    for (const file of batch.files) form.append("files[]", file, file.name);
    current = send("/relay/upload", form, (share) => { upload.sent = before + share * batch.bytes; publishUpload(); });
    return current.done;
  }

  function note(batch, status, body) {
    upload.answered += batch.files.length;
    if (body.batch && !upload.batches.includes(body.batch)) upload.batches.push(body.batch);
    const results = body.results || batch.files.map((file) => ({ filename: file.name, outcome: "refused", reason: body.detail || "The answer was " + status + "." }));
    for (const result of results) {
      if (["stored", "labelled", "restored"].includes(result.outcome)) upload.stored += 1;
      else { upload[result.outcome === "duplicate" ? "duplicates" : "refused"] += 1; upload.problems.push(result); }
    }
  }

  function cancel() {
    if (!upload || upload.state !== "running") return;
    upload.state = "cancelled";
    queue = [];
    if (current) current.abort();
    publishUpload();
  }

  /* Drop zones. */
  const take = { classify: classify, upload: enqueue };

  async function filesOf(transfer) { // folders too; a file knows the folder it came from
    const entries = [...transfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry()).filter(Boolean);
    if (!entries.length) return [...transfer.files];
    const found = [];
    async function walk(entry, folder) {
      if (entry.isFile) {
        const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
        if (!file.name.startsWith(".")) found.push(Object.assign(file, { folder: folder }));
        return;
      }
      const reader = entry.createReader();
      for (;;) {
        const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
        if (!some.length) return;
        for (const child of some) await walk(child, entry.name);
      }
    }
    for (const entry of entries) await walk(entry, "");
    return found;
  }

  function choose(zone) {
    const input = document.createElement("input");
    Object.assign(input, { type: "file", multiple: true, hidden: true, accept: zone.dataset.accept || "image/*" });
    input.onchange = () => { take[zone.dataset.drop]([...input.files]); input.remove(); };
    input.oncancel = () => input.remove();
    document.body.append(input); // one that hangs nowhere may be collected before it answers
    input.click();
  }

  const zoneOf = (event) => event.target.closest && event.target.closest("[data-drop]");
  document.addEventListener("click", (event) => {
    if (zoneOf(event)) choose(zoneOf(event));
    else if (event.target.closest("#upload-cancel")) cancel();
    else if (event.target.closest("#classify-clear")) { results.splice(0).forEach(forget); publishResults(); }
  });
  document.addEventListener("change", (event) => { if (event.target.id === "classify-explain" && event.target.checked) explainAll(); });
  document.addEventListener("dragover", (event) => {
    event.preventDefault(); // a photo dropped beside the zone must not replace the page
    document.querySelectorAll(".drop.over").forEach((zone) => zone !== zoneOf(event) && zone.classList.remove("over"));
    if (zoneOf(event)) zoneOf(event).classList.add("over");
  });
  document.addEventListener("dragleave", (event) => { if (zoneOf(event)) zoneOf(event).classList.remove("over"); });
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    const zone = zoneOf(event) || document.querySelector("[data-drop]"); // anywhere on the page is meant for its zone
    document.querySelectorAll(".drop.over").forEach((over) => over.classList.remove("over"));
    if (zone && event.dataTransfer) { const files = await filesOf(event.dataTransfer); if (files.length) take[zone.dataset.drop](files); }
  });
  document.addEventListener("error", (event) => { // a format that browsers cannot show: no broken-picture sign
    if (event.target.matches && event.target.matches(".result-photo img")) event.target.classList.add("broken");
  }, true);
  document.addEventListener("paste", (event) => {
    const files = [...((event.clipboardData && event.clipboardData.files) || [])];
    if (files.length && document.querySelector('[data-drop="classify"]')) classify(files);
  });

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.lenswright = Object.assign({}, window.dash_clientside.lenswright, {
    remember: (facts) => { task = (facts && facts.task) || null; },
  });
  window.addEventListener("beforeunload", (event) => { if (upload && upload.state === "running") event.preventDefault(); });
})();
