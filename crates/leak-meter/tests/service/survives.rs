//! What the service survives while a snapshot is taken.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use leak_meter::profile::Profile;
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::client::{Client, ask};
use crate::process::{Service, program};

/// Connections at once, and the descriptors that they need with some to spare.
const CONNECTIONS: u64 = 1000;
const DESCRIPTORS: u64 = 2 * CONNECTIONS;

fn with_snapshots_in(folder: &Path) -> Service {
    Service::start(&["--snapshots", folder.to_str().expect("a plain path"), "--leak"])
}

/// The names of the files in a folder.
fn files(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).expect("the folder can be read");
    let names = files.map(|file| file.expect("a file").file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_full_disk() {
    let folder = TempDir::new().unwrap();
    // A file system of one page, of the service's own; where that is not permitted, a limit on the size of files.
    let permitted =
        Command::new("unshare").args(["--user", "--map-root-user", "--mount", "true"]).status();
    let is_permitted = permitted.is_ok_and(|status| status.success());
    let mut command = Command::new(if is_permitted { "unshare" } else { "sh" });
    if is_permitted {
        let mount = "mount -t tmpfs -o size=4k none \"$1\" && exec \"$0\" --snapshots \"$1\"";
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", mount]);
    } else {
        command.args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$0\" --snapshots \"$1\""]);
    }
    let service = Service::started_by(command.arg(program("service")).arg(folder.path()));
    let answer = ask(service.address, "POST", "/debug/snapshots/full").await.unwrap();
    assert_eq!(answer.status, 500);
    let text = answer.text();
    let reason = if is_permitted { "No space left on device" } else { "File too large" };
    assert!(text.contains("full.json cannot be written") && text.contains(reason), "{text}");
    // Nothing was left behind, so a small file still fits; and the service goes on.
    let inside = format!("/proc/{}/root{}", service.process, folder.path().display());
    assert_eq!(files(Path::new(&inside)), [""; 0]);
    assert_eq!(ask(service.address, "PUT", "/documents/1").await.unwrap().status, 201);
}

#[tokio::test]
async fn a_shutdown_while_snapshots_are_written() {
    let folder = TempDir::new().unwrap();
    let service = with_snapshots_in(folder.path());
    let mut clients = Vec::new();
    for number in 0..3 {
        let mut client = Client::connect(service.address).await.unwrap();
        client.send("POST", &format!("/debug/snapshots/last-{number}"), "").await.unwrap();
        clients.push(client);
    }
    service.terminate();
    let mut written = 0;
    for client in &mut clients {
        // A request that arrived too late is refused by closing its connection.
        if let Ok((status, _)) = client.head().await {
            assert_eq!(status, 201);
            written += 1;
        }
    }
    drop(clients);
    let status = tokio::task::spawn_blocking(|| service.wait()).await.unwrap();
    assert!(status.success(), "{status}");
    let files = files(folder.path());
    assert_eq!(files.len(), written, "a file for each answer, and no part of one: {files:?}");
    for file in files {
        assert!(Profile::read(folder.path().join(file)).unwrap().live_blocks() > 0);
    }
}

#[tokio::test]
async fn two_snapshots_of_one_name_at_once() {
    let folder = TempDir::new().unwrap();
    let service = with_snapshots_in(folder.path());
    for _ in 0..10 {
        let one = || ask(service.address, "POST", "/debug/snapshots/same");
        let (first, second) = tokio::join!(one(), one());
        assert_eq!((first.unwrap().status, second.unwrap().status), (201, 201));
        assert_eq!(files(folder.path()), ["same.json"]);
        assert!(Profile::read(folder.path().join("same.json")).unwrap().live_blocks() > 0);
    }
    let bad = ask(service.address, "POST", "/debug/snapshots/..%2Fother").await.unwrap();
    assert_eq!(bad.status, 400, "a name cannot lead out of the folder");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_requests_while_a_snapshot_is_taken() {
    let folder = TempDir::new().unwrap();
    raise_limit();
    let service = with_snapshots_in(folder.path());
    let mut connections = JoinSet::new();
    for number in 0..CONNECTIONS {
        let address = service.address;
        connections.spawn(async move {
            let mut client = Client::connect(address).await?;
            client.send("PUT", &format!("/documents/{number}"), "a document").await?;
            Ok::<_, std::io::Error>(client)
        });
    }
    // All of them are sent before any answer is read.
    let mut clients = Vec::new();
    while let Some(client) = connections.join_next().await {
        clients.push(client.unwrap().unwrap());
    }
    let snapshot = tokio::spawn(ask(service.address, "POST", "/debug/snapshots/busy"));
    for client in &mut clients {
        assert_eq!(client.head().await.unwrap().0, 201);
    }
    for (client, number) in clients.iter_mut().zip(0..) {
        client.send("GET", &format!("/documents/{number}"), "").await.unwrap();
    }
    for client in &mut clients {
        assert_eq!(client.head().await.unwrap().0, 200);
    }
    assert_eq!(snapshot.await.unwrap().unwrap().status, 201);
    assert!(Profile::read(folder.path().join("busy.json")).unwrap().live_blocks() > 1000);
}

/// Allows this process, and the services that it starts, that many descriptors.
fn raise_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < DESCRIPTORS) {
        let raised = Rlimit { current: Some(DESCRIPTORS), ..limit };
        setrlimit(Resource::Nofile, raised).expect("the system allows 2,000 descriptors");
    }
}

#[tokio::test]
async fn a_client_that_reads_the_heap_slowly() {
    let service = Service::start(&["--leak"]);
    let mut slow = Client::connect(service.address).await.unwrap();
    slow.send("GET", "/debug/heap", "").await.unwrap();
    let (status, length) = slow.head().await.unwrap();
    assert_eq!(status, 200);
    let mut others = Client::connect(service.address).await.unwrap();
    let mut body = Vec::new();
    for number in 0..length {
        body.push(slow.byte().await.unwrap());
        if number < 200 {
            // In the meantime, requests of all kinds are answered.
            tokio::time::sleep(Duration::from_millis(2)).await;
            let path = format!("/documents/{number}");
            assert_eq!(others.request("PUT", &path, "").await.unwrap().status, 201);
        }
        if number == 100 {
            assert_eq!(others.request("GET", "/debug/heap", "").await.unwrap().status, 200);
        }
    }
    assert_eq!(body[..2], [0x1F, 0x8B], "the body is complete, and compressed");
}
