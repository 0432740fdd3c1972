//! What a rendered page looked like at its end: document, visible text, picture.

use super::{
    Budget, Ended, RenderError, Screenshot,
    tab::{PATIENCE, Tab, text},
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde_json::json;
use std::time::Duration;

/// The largest picture, in CSS pixels; a longer page is cut.
const PICTURE: (f64, f64) = (1280.0, 12_000.0);
/// A long page takes a while to paint.
const PAINT: Duration = Duration::from_secs(20);

/// Without a Chinese font all Chinese characters are painted as the same empty box.
const HAN: &str = "(() => {
    const painted = character => {
        const canvas = document.createElement('canvas'), pen = canvas.getContext('2d');
        pen.font = '32px sans-serif';
        pen.fillText(character, 4, 40);
        return canvas.toDataURL();
    };
    return painted('\u{5b66}') !== painted('\u{8bfe}');
})()";

/// HTML, visible text and picture.
pub(super) type Harvest = (String, String, Option<Screenshot>);

/// Takes the finished page out of the browser. Scripts of a page that did not end by itself are stopped first.
pub(super) async fn harvest(tab: &mut Tab<'_>, ended: Ended, budget: &Budget) -> Result<Harvest, RenderError> {
    if ended != Ended::Quiet {
        tab.call("Emulation.setScriptExecutionDisabled", json!({"value": true})).await?;
        // It is an error where nothing runs, and then there is nothing to stop.
        let _ = tab.call("Runtime.terminateExecution", json!({})).await;
    }
    let html = match document(tab).await {
        // The tree may be replaced between the two questions while a page is still being put together.
        Err(RenderError::Refused { .. }) => document(tab).await?,
        other => other?,
    };
    if html.len() > budget.bytes {
        return Err(RenderError::TooLarge { limit: budget.bytes });
    }
    let tree = tab.call("Page.getFrameTree", json!({})).await?;
    let world = json!({"frameId": tree["frameTree"]["frame"]["id"], "worldName": "tanzhao"});
    let world = tab.call("Page.createIsolatedWorld", world).await?;
    let order = |expression: &str| {
        json!({
            "expression": expression, "returnByValue": true,
            "contextId": world["executionContextId"], "timeout": PATIENCE.as_millis() as u64,
        })
    };
    let visible = tab.call("Runtime.evaluate", order("document.body ? document.body.innerText : ''")).await?;
    let visible = text(&visible["result"], "value");
    if !tab.order.screenshot {
        return Ok((html, visible, None));
    }
    let han = tab.call("Runtime.evaluate", order(HAN)).await?["result"]["value"] == true;
    Ok((html, visible, Some(Screenshot { png: picture(tab).await?, han })))
}

/// The browser's own view of the tree: a page can redefine what its scripts would be told.
async fn document(tab: &mut Tab<'_>) -> Result<String, RenderError> {
    let document = tab.call("DOM.getDocument", json!({"depth": 0})).await?;
    let html = tab.call("DOM.getOuterHTML", json!({"nodeId": document["root"]["nodeId"]})).await?;
    Ok(text(&html, "outerHTML"))
}

async fn picture(tab: &mut Tab<'_>) -> Result<Vec<u8>, RenderError> {
    let metrics = tab.call("Page.getLayoutMetrics", json!({})).await?;
    let size = |name: &str, most: f64| {
        metrics["cssContentSize"][name].as_f64().filter(|side| *side >= 1.0).map_or(most, |side| side.min(most))
    };
    let clip =
        json!({"x": 0, "y": 0, "width": size("width", PICTURE.0), "height": size("height", PICTURE.1), "scale": 1});
    let order = json!({"format": "png", "captureBeyondViewport": true, "clip": clip});
    let session = tab.session.clone();
    let answer = tab.wire.call(Some(&session), "Page.captureScreenshot", order, PAINT).await?;
    BASE64.decode(text(&answer, "data")).map_err(|error| RenderError::Refused {
        method: "Page.captureScreenshot".into(),
        message: format!("not base64: {error}"),
    })
}
