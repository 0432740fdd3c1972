//! One page: a context of its own, its requests answered one by one, its budget, and what it looked like at the end.

use super::{
    Budget, Ended, MAX_TRACES, RenderError, RenderOrder, Rendered, SubRequest, Supplied, Supply, Trace,
    harvest::harvest,
    wire::{Event, Wire},
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde_json::{Value, json};
use std::{collections::VecDeque, future::Future, pin::Pin, time::Duration};
use tokio::time::Instant;

/// How long nothing may be asked for after loading before a page counts as finished.
const SETTLE: Duration = Duration::from_millis(500);
/// For commands that a healthy browser answers at once.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// Kinds of requests that a page's text may depend on; pictures, fonts, media, beacons and streams are not among them.
const KINDS: [&str; 5] = ["Document", "Script", "Stylesheet", "XHR", "Fetch"];
/// Headers a page gets; cookies are not among them, so no session comes about.
const HEADERS: [&str; 7] = [
    "content-type",
    "location",
    "content-security-policy",
    "x-content-type-options",
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-expose-headers",
];
/// WebRTC speaks UDP beside everything that could be intercepted. The browser is started without it; this is the second lock.
const NO_WEBRTC: &str = "delete window.RTCPeerConnection; delete window.webkitRTCPeerConnection;";

/// A request the browser holds back until it is answered.
struct Paused {
    id: String,
    session: Option<String>,
    request: SubRequest,
}

type Answering<'a> = Pin<Box<dyn Future<Output = (Paused, Supplied)> + Send + 'a>>;

/// The page being rendered.
pub(super) struct Tab<'a> {
    pub wire: &'a mut Wire,
    pub session: String,
    pub order: &'a RenderOrder,
    supply: &'a dyn Supply,
    budget: &'a Budget,
    /// The frame of the page itself.
    frame: String,
    document_given: bool,
    loaded: Option<Instant>,
    queue: VecDeque<Paused>,
    traces: Vec<Trace>,
    answered: u32,
    bytes: usize,
    /// The page's own time spent before it last began to run alone.
    own_spent: Duration,
    /// Since when nothing has been asked for.
    alone_since: Instant,
}

impl<'a> Tab<'a> {
    /// Renders one page in a context that shares nothing with other pages.
    pub async fn render(
        wire: &'a mut Wire,
        order: &'a RenderOrder,
        supply: &'a dyn Supply,
        budget: &'a Budget,
    ) -> Result<Rendered, RenderError> {
        wire.forget_events();
        let context =
            wire.call(None, "Target.createBrowserContext", json!({"disposeOnDetach": true}), PATIENCE).await?;
        let context = text(&context, "browserContextId");
        let deny = json!({"behavior": "deny", "browserContextId": context});
        wire.call(None, "Browser.setDownloadBehavior", deny, PATIENCE).await?;
        let blank = json!({"url": "about:blank", "browserContextId": context});
        let target = text(&wire.call(None, "Target.createTarget", blank, PATIENCE).await?, "targetId");
        let attach = json!({"targetId": target, "flatten": true});
        let session = text(&wire.call(None, "Target.attachToTarget", attach, PATIENCE).await?, "sessionId");
        let mut tab = Self {
            wire,
            session,
            order,
            supply,
            budget,
            frame: target,
            document_given: false,
            loaded: None,
            queue: VecDeque::new(),
            traces: Vec::new(),
            answered: 0,
            bytes: order.html.len(),
            own_spent: Duration::ZERO,
            alone_since: Instant::now(),
        };
        tab.prepare().await?;
        let ended = tab.run().await?;
        let (html, text, screenshot) = harvest(&mut tab, ended, budget).await?;
        let traces = std::mem::take(&mut tab.traces);
        let dispose = json!({"browserContextId": context});
        tab.wire.call(None, "Target.disposeBrowserContext", dispose, PATIENCE).await?;
        Ok(Rendered { html, text, screenshot, traces, ended, browser: String::new() })
    }

    async fn prepare(&mut self) -> Result<(), RenderError> {
        let every = json!({"patterns": [{"urlPattern": "*"}]});
        let children = json!({"autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true});
        for (method, params) in [
            ("Page.enable", json!({})),
            ("Inspector.enable", json!({})),
            ("Fetch.enable", every),
            ("Target.setAutoAttach", children),
            ("Network.setCacheDisabled", json!({"cacheDisabled": true})),
            ("Page.addScriptToEvaluateOnNewDocument", json!({"source": NO_WEBRTC, "runImmediately": true})),
            ("Emulation.setScriptExecutionDisabled", json!({"value": !self.order.scripts})),
        ] {
            self.call(method, params).await?;
        }
        self.wire.send(Some(&self.session), "Page.navigate", json!({"url": self.order.url})).await?;
        Ok(())
    }

    /// A command to the page, for which a healthy browser needs no time.
    pub async fn call(&mut self, method: &str, params: Value) -> Result<Value, RenderError> {
        self.wire.call(Some(&self.session), method, params, PATIENCE).await
    }

    /// Answers requests until the page is quiet or a budget is used up.
    async fn run(&mut self) -> Result<Ended, RenderError> {
        let start = Instant::now();
        self.alone_since = start;
        let supply = self.supply;
        let mut answering: Option<Answering<'_>> = None;
        loop {
            if answering.is_none()
                && let Some(paused) = self.queue.pop_front()
            {
                self.own_spent += self.alone_since.elapsed();
                answering = Some(Box::pin(async move {
                    let supplied = supply.supply(&paused.request).await;
                    (paused, supplied)
                }));
            }
            let alone = answering.is_none();
            // Without scripts, all that a page asks for is asked before it has loaded.
            let settle = if self.order.scripts { SETTLE } else { Duration::ZERO };
            let quiet = self.loaded.map(|at| at.max(self.alone_since) + settle);
            let own_end = self.alone_since + self.budget.script.saturating_sub(self.own_spent);
            tokio::select! {
                biased;
                () = tokio::time::sleep_until(start + self.budget.wall) => return Ok(Ended::WallTime),
                event = self.wire.event() => {
                    self.hear(event?).await?;
                    if self.traces.len() >= MAX_TRACES {
                        return Ok(Ended::Requests);
                    }
                }
                (paused, supplied) = finished(&mut answering) => {
                    answering = None;
                    self.alone_since = Instant::now();
                    self.answer(paused, supplied).await?;
                }
                () = tokio::time::sleep_until(own_end), if alone && self.document_given => return Ok(Ended::ScriptTime),
                () = tokio::time::sleep_until(quiet.unwrap_or(start)), if alone && quiet.is_some() => return Ok(Ended::Quiet),
            }
        }
    }

    async fn hear(&mut self, event: Event) -> Result<(), RenderError> {
        let ours = event.session.as_deref() == Some(self.session.as_str());
        match event.method.as_str() {
            "Fetch.requestPaused" => self.paused(&event).await,
            "Page.loadEventFired" if ours && self.document_given => {
                self.loaded = Some(Instant::now());
                Ok(())
            }
            "Page.javascriptDialogOpening" => {
                let session = event.session.as_deref();
                self.wire.send(session, "Page.handleJavaScriptDialog", json!({"accept": false})).await.map(drop)
            }
            "Target.attachedToTarget" => self.child(&event.params).await,
            "Inspector.targetCrashed" if ours => Err(RenderError::Died("the page's process crashed".into())),
            "Inspector.detached" | "Target.detachedFromTarget" if ours => {
                Err(RenderError::Died("the page was closed".into()))
            }
            _ => Ok(()),
        }
    }

    /// A frame of another site is let in with its requests held back; anything else (a worker, a window) stays stopped.
    async fn child(&mut self, params: &Value) -> Result<(), RenderError> {
        let (kind, url) = (text(&params["targetInfo"], "type"), text(&params["targetInfo"], "url"));
        let session = text(params, "sessionId");
        if kind == "iframe" {
            let every = json!({"patterns": [{"urlPattern": "*"}]});
            self.wire.send(Some(&session), "Fetch.enable", every).await?;
            self.wire.send(Some(&session), "Runtime.runIfWaitingForDebugger", json!({})).await?;
        } else if text(&params["targetInfo"], "targetId") != self.frame {
            self.trace(&url, kind, Err("workers and new windows are not run".into()));
        }
        Ok(())
    }

    async fn paused(&mut self, event: &Event) -> Result<(), RenderError> {
        let params = &event.params;
        let request = &params["request"];
        let mut url = text(request, "url");
        if let Some(fragment) = url.find('#') {
            url.truncate(fragment);
        }
        let paused = Paused {
            id: text(params, "requestId"),
            session: event.session.clone(),
            request: SubRequest {
                url,
                method: text(request, "method").to_ascii_uppercase(),
                post_body: request.get("postData").and_then(Value::as_str).map(str::to_owned),
                kind: text(params, "resourceType"),
            },
        };
        let document = paused.request.kind == "Document" && text(params, "frameId") == self.frame;
        if document && !self.document_given {
            self.document_given = true;
            // Its own time begins here: what the browser needed before is not its doing.
            self.alone_since = Instant::now();
            let headers = vec![("content-type".to_owned(), "text/html; charset=utf-8".to_owned())];
            return self.fulfil(&paused, 200, &headers, self.order.html.as_bytes()).await;
        }
        let refusal = if document {
            Some("the page wants to go somewhere else".to_owned())
        } else if !KINDS.contains(&paused.request.kind.as_str()) {
            Some(format!("{} is not needed to read the page", paused.request.kind))
        } else if self.answered >= self.budget.requests {
            Some(format!("more than {} requests", self.budget.requests))
        } else if self.bytes >= self.budget.bytes {
            Some(format!("more than {} bytes", self.budget.bytes))
        } else {
            None
        };
        if let Some(reason) = refusal {
            return self.refuse(&paused, reason).await;
        }
        self.answered += 1;
        self.queue.push_back(paused);
        Ok(())
    }

    async fn answer(&mut self, paused: Paused, supplied: Supplied) -> Result<(), RenderError> {
        match supplied {
            Supplied::Refused(reason) => self.refuse(&paused, reason).await,
            Supplied::Answer { body, .. } if self.bytes.saturating_add(body.len()) > self.budget.bytes => {
                // What was asked for is on record; the page does not get it.
                self.refuse(&paused, format!("more than {} bytes", self.budget.bytes)).await
            }
            Supplied::Answer { status, headers, body } => {
                self.bytes += body.len();
                let request = paused.request.clone();
                self.trace(&request.url, request.kind, Ok((status, body.len())));
                self.fulfil(&paused, status, &headers, &body).await
            }
        }
    }

    async fn fulfil(
        &mut self,
        paused: &Paused,
        status: u16,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Result<(), RenderError> {
        let headers: Vec<Value> = headers
            .iter()
            .filter(|(name, _)| HEADERS.contains(&name.as_str()))
            .map(|(name, value)| json!({"name": name, "value": value.replace(char::is_control, " ")}))
            .collect();
        let params = json!({
            "requestId": paused.id, "responseCode": status, "responseHeaders": headers, "body": BASE64.encode(body),
        });
        self.wire.send(paused.session.as_deref(), "Fetch.fulfillRequest", params).await.map(drop)
    }

    async fn refuse(&mut self, paused: &Paused, reason: String) -> Result<(), RenderError> {
        // An aborted navigation leaves the document where it is; any other error would replace it with an error page.
        let error = if paused.request.kind == "Document" { "Aborted" } else { "BlockedByClient" };
        let params = json!({"requestId": paused.id, "errorReason": error});
        self.trace(&paused.request.url, paused.request.kind.clone(), Err(reason));
        self.wire.send(paused.session.as_deref(), "Fetch.failRequest", params).await.map(drop)
    }

    fn trace(&mut self, url: &str, kind: String, outcome: Result<(u16, usize), String>) {
        self.traces.push(Trace { url: url.chars().take(2000).collect(), kind, outcome });
    }
}

async fn finished(answering: &mut Option<Answering<'_>>) -> (Paused, Supplied) {
    match answering {
        Some(work) => work.await,
        None => std::future::pending().await,
    }
}

/// A text field, empty when it is missing.
pub(super) fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}
