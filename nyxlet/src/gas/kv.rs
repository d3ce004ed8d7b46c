//! A module store whose every access is paid for.

use bytes::Bytes;

use super::{GasConfig, GasMeter, KV_GAS};
use crate::{
    error::ExecError,
    store::{LayerIter, Layers, Order, StoreKey},
};

/// A store seen through a gas meter: costs and their order are those of the SDK's gas store.
#[derive(Clone)]
pub struct GasKv {
    layers: Layers,
    store: StoreKey,
    meter: GasMeter,
    config: GasConfig,
}

impl GasKv {
    /// The view of `store` that charges `meter`.
    pub fn new(layers: Layers, store: StoreKey, meter: GasMeter) -> Self {
        Self { layers, store, meter, config: KV_GAS }
    }

    /// The meter that is charged.
    pub fn meter(&self) -> &GasMeter {
        &self.meter
    }

    /// The value of a key.
    ///
    /// # Errors
    /// Out of gas, or the database cannot be read.
    pub fn get(&self, key: &[u8]) -> Result<Option<Bytes>, ExecError> {
        self.meter.consume(self.config.read_flat, "ReadFlat")?;
        let value = self.layers.get(self.store, key)?;
        self.meter.consume(self.per_byte(self.config.read_per_byte, key.len()), "ReadPerByte")?;
        let length = value.as_ref().map_or(0, Bytes::len);
        self.meter.consume(self.per_byte(self.config.read_per_byte, length), "ReadPerByte")?;
        Ok(value)
    }

    /// Sets a key.
    ///
    /// # Errors
    /// Out of gas.
    pub fn set(&self, key: impl Into<Bytes>, value: impl Into<Bytes>) -> Result<(), ExecError> {
        let (key, value) = (key.into(), value.into());
        self.meter.consume(self.config.write_flat, "WriteFlat")?;
        self.meter.consume(self.per_byte(self.config.write_per_byte, key.len()), "WritePerByte")?;
        self.meter.consume(self.per_byte(self.config.write_per_byte, value.len()), "WritePerByte")?;
        self.layers.set(self.store, key, value);
        Ok(())
    }

    /// Whether a key exists.
    ///
    /// # Errors
    /// Out of gas, or the database cannot be read.
    pub fn has(&self, key: &[u8]) -> Result<bool, ExecError> {
        self.meter.consume(self.config.has, "Has")?;
        Ok(self.layers.get(self.store, key)?.is_some())
    }

    /// Removes a key.
    ///
    /// # Errors
    /// Out of gas.
    pub fn delete(&self, key: impl Into<Bytes>) -> Result<(), ExecError> {
        self.meter.consume(self.config.delete, "Delete")?;
        self.layers.delete(self.store, key);
        Ok(())
    }

    /// The entries from `start` (inclusive) to `end` (exclusive); the seek to the first entry is charged here.
    ///
    /// # Errors
    /// Out of gas, or the database cannot be read.
    pub fn range(&self, start: Option<&[u8]>, end: Option<&[u8]>, order: Order) -> Result<GasIter, ExecError> {
        let inner = self.layers.range(self.store, start, end, order)?;
        let iter = GasIter { inner, meter: self.meter.clone(), config: self.config };
        iter.charge_seek()?;
        Ok(iter)
    }

    /// The entries whose keys begin with `prefix`.
    ///
    /// # Errors
    /// Out of gas, or the database cannot be read.
    pub fn prefix(&self, prefix: &[u8], order: Order) -> Result<GasIter, ExecError> {
        let end = crate::store::prefix_end(prefix);
        self.range(Some(prefix), end.as_deref(), order)
    }

    fn per_byte(&self, price: u64, length: usize) -> u64 {
        price.saturating_mul(length as u64)
    }
}

/// A paid iteration: the entry under the cursor was paid for when the cursor left the one before it.
pub struct GasIter {
    inner: LayerIter,
    meter: GasMeter,
    config: GasConfig,
}

impl GasIter {
    /// The entry under the cursor, free of charge; `None` at the end.
    pub fn current(&self) -> Option<(&Bytes, &Bytes)> {
        self.inner.current()
    }

    /// Moves to the next entry. As in the SDK the charge is for the entry that is left, and one more step is charged at
    /// the end.
    ///
    /// # Errors
    /// Out of gas, or the database cannot be read.
    pub fn advance(&mut self) -> Result<(), ExecError> {
        self.charge_seek()?;
        self.inner.advance()?;
        Ok(())
    }

    fn charge_seek(&self) -> Result<(), ExecError> {
        if let Some((key, value)) = self.inner.current() {
            let price = self.config.read_per_byte;
            self.meter.consume(price.saturating_mul(key.len() as u64), "ValuePerByte")?;
            self.meter.consume(price.saturating_mul(value.len() as u64), "ValuePerByte")?;
        }
        self.meter.consume(self.config.iterator_next_flat, "IterNextFlat")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::store::Db;

    fn store(limit: u64) -> GasKv {
        let layers = Layers::new(Db::memory().snapshot().unwrap());
        GasKv::new(layers, StoreKey::Bank, GasMeter::new(limit))
    }

    #[test]
    fn each_access_costs_what_the_sdk_charges() {
        let kv = store(u64::MAX);
        let used = |kv: &GasKv, before: u64| kv.meter().consumed() - before;
        kv.set(&b"key"[..], &b"value"[..]).unwrap();
        assert_eq!(used(&kv, 0), 2000 + 30 * 8);
        let before = kv.meter().consumed();
        kv.get(b"key").unwrap();
        assert_eq!(used(&kv, before), 1000 + 3 * 8);
        let before = kv.meter().consumed();
        assert_eq!(kv.get(b"absent").unwrap(), None);
        assert_eq!(used(&kv, before), 1000 + 3 * 6);
        let before = kv.meter().consumed();
        assert!(kv.has(b"key").unwrap());
        assert_eq!(used(&kv, before), 1000);
        let before = kv.meter().consumed();
        kv.delete(&b"key"[..]).unwrap();
        assert_eq!(used(&kv, before), 1000);
    }

    #[test]
    fn an_iteration_charges_the_seek_and_every_entry_it_leaves() {
        let kv = store(u64::MAX);
        kv.set(&b"a"[..], &b"11"[..]).unwrap();
        kv.set(&b"b"[..], &b"2222"[..]).unwrap();
        let before = kv.meter().consumed();
        let mut iter = kv.range(None, None, Order::Ascending).unwrap();
        assert_eq!(kv.meter().consumed() - before, 3 * 3 + 30);
        iter.advance().unwrap();
        assert_eq!(kv.meter().consumed() - before, 2 * (3 * 3 + 30));
        iter.advance().unwrap();
        assert!(iter.current().is_none());
        assert_eq!(kv.meter().consumed() - before, 2 * (3 * 3 + 30) + 3 * 5 + 30);
        let before = kv.meter().consumed();
        kv.range(Some(b"x"), None, Order::Descending).unwrap();
        assert_eq!(kv.meter().consumed() - before, 30);
    }

    #[test]
    fn the_flat_part_is_charged_before_the_bytes() {
        assert!(matches!(
            store(1999).set(&b"k"[..], &b"v"[..]).unwrap_err(),
            ExecError::Gas(crate::gas::GasError::OutOfGas { descriptor }) if descriptor == "WriteFlat"
        ));
        assert!(matches!(
            store(2001).set(&b"k"[..], &b"v"[..]).unwrap_err(),
            ExecError::Gas(crate::gas::GasError::OutOfGas { descriptor }) if descriptor == "WritePerByte"
        ));
    }
}
