// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Where the server listens, resolved once: what is checked is what is bound.
struct ListenAddress: Sendable {
    /// The address as text, without brackets.
    let address: String
    let port: Int
    /// Whether only this machine can reach it.
    let isLoopback: Bool
    /// Whether it stands for all addresses of the machine.
    let isAny: Bool

    /// Resolves a name or an address; it blocks.
    ///
    /// - Throws: ``WebServerError`` `cannot-listen`.
    init(host: String, port: Int) throws {
        let resolved: SocketAddress
        do {
            resolved = try SocketAddress.makeAddressResolvingHost(host, port: port)
        } catch {
            throw WebServerError(
                .cannotListen,
                "\(host) is no address of this machine: name one, or 127.0.0.1",
                cause: error
            )
        }
        self.port = port
        let text = resolved.ipAddress ?? host
        let bytes = AddressBytes.of(text) ?? []
        isAny = !bytes.isEmpty && bytes.allSatisfy { $0 == 0 }
        isLoopback =
            bytes.count == 4
            ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
        address = text
    }

    /// `http://127.0.0.1:9696`; for all addresses, by the machine's name.
    func url(port: Int, isEncrypted: Bool, hostname: String) -> String {
        let name = isAny ? hostname : address.contains(":") ? "[\(address)]" : address
        return "\(isEncrypted ? "https" : "http")://\(name):\(port)"
    }
}
