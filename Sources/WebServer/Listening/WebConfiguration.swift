// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Where and how the server listens, and what it serves.
package struct WebConfiguration: Sendable {
    /// How connections are kept from others' eyes.
    package enum Encryption: Sendable, Hashable {
        /// Plain HTTP; only on a loopback address.
        case none
        /// PEM files of a certificate chain and its key.
        case files(certificate: String, key: String)
        /// A certificate that Jaga makes itself and keeps in
        /// ``WebConfiguration/state``.
        case selfMade
    }

    /// A name or an address to listen on.
    package var host = "127.0.0.1"
    /// 0 lets the system choose.
    package var port = 9696
    /// Nil is ``Encryption/none`` on loopback, ``Encryption/selfMade`` elsewhere.
    package var encryption: Encryption?
    /// Other names that the server is asked for, such as those of a proxy.
    package var names: [String] = []
    /// Folder of `users.json` and `tls/`; it exists.
    package var state: String
    /// Folder of the dashboard's files; nil serves none.
    package var dashboard: String?
    /// The file served as `/vendor/chart.js`; nil serves none.
    package var chart: String?

    package init(state: String) {
        self.state = state
    }
}
