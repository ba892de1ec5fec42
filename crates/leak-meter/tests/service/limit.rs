//! The limit on the requests that block.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::{task, time};

#[path = "../../examples/service/limit.rs"]
mod of_the_service;

use of_the_service::Limit;

#[tokio::test]
async fn a_request_that_is_cancelled_counts_until_its_work_ends() {
    let limit = Arc::new(Limit::new(1));
    let (begun, begins) = oneshot::channel();
    let (end, ends) = mpsc::channel::<()>();
    let request = tokio::spawn({
        let limit = Arc::clone(&limit);
        async move { limit.run(move || (begun.send(()), ends.recv())).await.is_some() }
    });
    begins.await.expect("the work begins");
    request.abort();
    assert!(request.await.unwrap_err().is_cancelled());
    assert!(limit.run(|| ()).await.is_none(), "the work of the first request still runs");

    end.send(()).expect("the work waits for this");
    let next = async {
        while limit.run(|| ()).await.is_none() {
            task::yield_now().await;
        }
    };
    time::timeout(Duration::from_secs(60), next).await.expect("the first request's place is free");
}
