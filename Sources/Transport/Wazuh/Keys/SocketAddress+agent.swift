// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOCore

extension SocketAddress {
    /// The address as registrations write it: IPv4 that came over an IPv6 socket is
    /// IPv4; empty for what is no address of the Internet.
    var agentAddress: String {
        guard let text = ipAddress else { return "" }
        return text.hasPrefix("::ffff:") && text.contains(".") ? String(text.dropFirst(7)) : text
    }
}
