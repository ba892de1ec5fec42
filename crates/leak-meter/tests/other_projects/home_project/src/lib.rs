//! Another project that uses the meter: a till that may forget to discard its receipts.

/// Rings up one purchase after another.
pub struct Till {
    keeps_receipts: bool,
    receipts: Vec<Box<[u64; 4]>>,
    served: u64,
}

impl Till {
    /// A till that keeps a receipt for every thousandth purchase, or none.
    pub fn new(keeps_receipts: bool) -> Self {
        Self { keeps_receipts, receipts: Vec::new(), served: 0 }
    }

    /// One purchase.
    #[inline(never)]
    pub fn ring_up(&mut self, price: u64) -> usize {
        let goods = vec![price; 10];
        self.served += 1;
        if self.keeps_receipts && self.served.is_multiple_of(1000) {
            self.receipts.push(Box::new([price; 4])); // the planted leak
        }
        goods.len()
    }
}
