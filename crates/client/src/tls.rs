//! TLS to servers whose certificates the system trusts.

use std::sync::{Arc, OnceLock};

use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};

/// How a server proves who it is. What the system trusts is read once, when it is first needed; two of these are equal,
/// as what the system trusts is no part of an address.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tls(Arc<OnceLock<Arc<ClientConfig>>>);

impl Tls {
    /// Trusts whom the system trusts, or nobody where TLS is not `needed`.
    pub(crate) fn config(&self, needed: bool) -> Arc<ClientConfig> {
        let config = self.0.get_or_init(|| {
            let mut roots = RootCertStore::empty();
            if needed {
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
            let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()
                .expect("the provider knows the usual versions");
            Arc::new(config.with_root_certificates(roots).with_no_client_auth())
        });
        config.clone()
    }
}

impl PartialEq for Tls {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Tls {}
