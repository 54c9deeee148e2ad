//! Who types: from the API to the notifiers, on this node and the others.

use nats::Whisper;
use tokio::sync::broadcast::error::RecvError;

use super::{Crew, Parts};

/// Tells the notifier here and the nodes elsewhere what the API here has heard.
pub fn pass_on(crew: &Crew, parts: &Parts) {
    let own = parts.clone();
    crew.works
        .keep("typing", crew.endings.works.clone(), move |shutdown| {
            let (mut heard, told, whisper) = (
                own.typing.subscribe(),
                own.typing_told.clone(),
                whisper(&own),
            );
            async move {
                while let Some(next) = shutdown.run_until_cancelled(heard.recv()).await {
                    match next {
                        Ok(typing) => {
                            // Nobody listens where there is no notifier.
                            let _ = told.send(typing.clone());
                            whisper.tell(&typing).await;
                        }
                        Err(RecvError::Lagged(_)) => {}
                        Err(RecvError::Closed) => break,
                    }
                }
                Ok(())
            }
        });
}

/// Hears from the other nodes.
pub fn listen_to_other_nodes(crew: &Crew, parts: &Parts) {
    let own = parts.clone();
    crew.works.keep(
        "typing elsewhere",
        crew.endings.works.clone(),
        move |shutdown| {
            let (whisper, told) = (whisper(&own), own.typing_told.clone());
            async move {
                let tell = |typing| drop(told.send(typing));
                Ok(whisper.listen(tell, shutdown).await?)
            }
        },
    );
}

fn whisper(parts: &Parts) -> Whisper {
    Whisper::new(parts.wire.clone(), &parts.node)
}
