//! The objects of what was deleted.

use super::{Janitor, JanitorError, Tally};
use crate::ledger::Uncleared;
use crate::objects::TenantKeys;
use uuid::Uuid;

impl Janitor {
    /// Deletes the objects of assets that are marked as deleted, whoever marked them, and then says so. A crash in between
    /// lets the next run delete them again, which is no error.
    pub(super) async fn clear(&self, tally: &mut Tally) -> Result<(), JanitorError> {
        let mut after = Uuid::nil();
        while !self.is_stopped() {
            let batch = self.ledger.uncleared(after, self.config.batch).await?;
            let Some(last) = batch.last() else {
                break;
            };
            after = last.id;
            self.objects.delete(&own_objects(&batch)).await?;
            let ids: Vec<Uuid> = batch.iter().map(|asset| asset.id).collect();
            tally.cleared += self.ledger.are_cleared(&ids).await?;
            self.rest().await;
        }
        Ok(())
    }
}

/// What lies in the folders of the assets' own tenants. The ledger names nothing else; if it does, this is not the one to act
/// on it.
fn own_objects(batch: &[Uncleared]) -> Vec<String> {
    let of_one = |asset: &Uncleared| {
        let tenant = asset.tenant.clone();
        let objects = asset.objects.clone().into_iter();
        objects.filter(move |object| TenantKeys::are_of(&tenant, object))
    };
    batch.iter().flat_map(of_one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use gildhall_proto::TenantId;

    #[test]
    fn nothing_of_another_tenant_is_touched() {
        let asset = Uncleared {
            id: Uuid::nil(),
            tenant: TenantId::parse("acme").expect("a name"),
            objects: ["tenants/acme/videos/a", "tenants/zenith/videos/b", "c"]
                .map(str::to_owned)
                .to_vec(),
        };
        assert_eq!(own_objects(&[asset]), ["tenants/acme/videos/a"]);
    }
}
