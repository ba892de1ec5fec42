//! No limit: Windows limits the space of a whole disk or user only.

/// A limit on the length of the files of this process, which this system does not have.
#[derive(Debug)]
pub struct FullDisk(());

impl FullDisk {
    /// Whether this system has such a limit.
    pub const IS_AVAILABLE: bool = false;

    /// Not available.
    ///
    /// # Panics
    /// Always. A trial that needs it is left out where it is not available.
    pub fn beyond(_bytes: u64) -> Self {
        panic!("this system cannot limit the length of files")
    }
}

/// As on other systems, where the limit ends with the value.
impl Drop for FullDisk {
    fn drop(&mut self) {}
}
