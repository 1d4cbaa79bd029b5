// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import SwiftASN1
import X509

/// From when until when a certificate is good, in seconds since the epoch.
package struct CertificateTimes: Sendable, Hashable {
    package let begin: Int64
    package let end: Int64

    /// - Throws: ``FleetError`` `tls` when the text is no certificate.
    package init(pem: String) throws {
        do {
            let certificate = try Certificate(pemEncoded: pem)
            begin = Int64(certificate.notValidBefore.timeIntervalSince1970)
            end = Int64(certificate.notValidAfter.timeIntervalSince1970)
        } catch {
            throw FleetError(.tls, "what is there is no certificate", cause: error)
        }
    }

    /// Whether a third or less of its time is left.
    package func isDue(at seconds: Int64) -> Bool { seconds >= end - (end - begin) / 3 }
}
