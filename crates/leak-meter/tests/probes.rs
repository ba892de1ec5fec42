//! The counts of open files and threads are exact. This is one test, because both count the whole
//! process.

use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;

use leak_meter::probe::{OpenFilesProbe, ThreadsProbe};

#[test]
fn files_and_threads_are_counted_until_they_end() {
    let mut files = OpenFilesProbe::new().expect("this system lists open files");
    // The first ones may make the system open or close something of its own.
    drop((tempfile::tempfile().unwrap(), TcpListener::bind("127.0.0.1:0").unwrap()));
    let before = files.usage().unwrap();
    let opened = tempfile::tempfile().unwrap();
    let with = files.usage().unwrap();
    assert_eq!((with.all, with.sockets), (before.all + 1, before.sockets));
    let listens = TcpListener::bind("127.0.0.1:0").unwrap();
    let with = files.usage().unwrap();
    assert_eq!(with.sockets.is_some(), cfg!(unix));
    assert_eq!((with.all, with.sockets), (before.all + 2, before.sockets.map(|count| count + 1)));
    drop((opened, listens));
    assert_eq!(files.usage().unwrap(), before);

    // Elsewhere a report says "not available".
    let threads = ThreadsProbe::new();
    assert_eq!(threads.is_ok(), cfg!(any(target_os = "linux", target_os = "macos", windows)));
    let Ok(mut threads) = threads else {
        return;
    };
    let before = threads.count().unwrap();
    let (finish, wait) = mpsc::channel::<()>();
    let thread = thread::spawn(move || wait.recv());
    assert_eq!(threads.count().unwrap(), before + 1);
    finish.send(()).unwrap();
    thread.join().unwrap().unwrap();
}
