//! Numbers as arbitrary as the seed, and the same again.

use uuid::Uuid;

/// `SplitMix64`.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below a number.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.next() % sides.max(1)
    }

    /// A place in a list of a length.
    pub fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.roll(length as u64)).unwrap_or_default()
    }

    /// Once in a number of times.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.roll(times) == 0
    }

    /// From one number to another.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.roll((high - low + 1).unsigned_abs())).unwrap_or_default()
    }

    /// One of several.
    pub fn one_of<'a, T>(&mut self, several: &'a [T]) -> Option<&'a T> {
        let place = self.place(several.len());
        several.get(place)
    }

    /// Others, for somebody else.
    #[must_use]
    pub fn fork(&mut self) -> Self {
        Self(self.next())
    }

    /// An id.
    pub fn id(&mut self) -> Uuid {
        Uuid::from_u64_pair(self.next() & !0xf000 | 0x7000, self.next() >> 2 | 1 << 63)
    }
}
