{% load static %}// When a page cannot be fetched, one page says so. Nothing else is kept: what Stakes shows is never old.
"use strict";
const KEEP = "offline-2", PAGE = "{% url 'offline' %}";
const FILES = [PAGE, "{% static 'css/app.css' %}", "{% static 'js/offline.js' %}", "{% static 'img/logo.svg' %}"];
addEventListener("install", (e) => e.waitUntil(caches.open(KEEP).then((kept) => kept.addAll(FILES)).then(() => skipWaiting())));
addEventListener("activate", (e) => e.waitUntil((async () => {
  for (const name of await caches.keys()) if (name !== KEEP) await caches.delete(name);
  await registration.navigationPreload?.enable();
  await clients.claim();
})()));
addEventListener("fetch", (e) => {
  const kept = FILES.includes(new URL(e.request.url).pathname);
  if (e.request.mode !== "navigate" && !kept) return;
  const asked = Promise.resolve(e.preloadResponse).then((early) => early ?? fetch(e.request)).then((answer) => {
    if (kept && answer.ok) { const copy = answer.clone(); e.waitUntil(caches.open(KEEP).then((all) => all.put(e.request, copy))); }
    return answer;
  });
  e.respondWith(asked.catch(() => caches.match(kept ? e.request : PAGE)));
});
