//! A program without the meter that opens the library.

use std::env;
use std::ffi::{CStr, CString, c_void};
use std::os::unix::ffi::OsStrExt;
use std::thread;

fn open() -> *mut c_void {
    let test = env::current_exe().expect("this program's path");
    let folder = test.parent().expect("a program lies in a folder");
    let path = folder.join("liblibrary.so");
    let path = CString::new(path.as_os_str().as_bytes()).expect("a path without zeros");
    let library = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW) };
    assert!(!library.is_null(), "{path:?} cannot be opened");
    library
}

fn function(library: *mut c_void, name: &CStr) -> *mut c_void {
    let found = unsafe { libc::dlsym(library, name.as_ptr()) };
    assert!(!found.is_null(), "{name:?} is not in the library");
    found
}

#[test]
fn threads_that_called_the_library_may_end_after_it_was_closed() {
    for _ in 0..3 {
        let caller = thread::spawn(|| {
            let library = open();
            let work: extern "C" fn() -> usize =
                unsafe { std::mem::transmute(function(library, c"work")) };
            assert_eq!(work(), 100);
            assert_eq!(unsafe { libc::dlclose(library) }, 0);
        });
        caller.join().expect("the thread ends");
    }
}

#[test]
fn the_library_finds_its_own_lines() {
    let library = open();
    let finds: extern "C" fn() -> bool =
        unsafe { std::mem::transmute(function(library, c"finds_its_lines")) };
    assert!(finds());
}
