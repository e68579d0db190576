//! Which events were handled already.

use std::collections::{HashSet, VecDeque};

/// The newest ids, up to a number. In earnest keep them where your results are, in one transaction with those.
pub struct Remembered {
    ids: HashSet<String>,
    order: VecDeque<String>,
    most: usize,
}

impl Remembered {
    pub fn new(most: usize) -> Remembered {
        Remembered {
            ids: HashSet::new(),
            order: VecDeque::new(),
            most,
        }
    }

    pub fn contains(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    pub fn insert(&mut self, id: String) {
        self.ids.insert(id.clone());
        self.order.push_back(id);
        if self.order.len() > self.most
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
    }
}
