// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix

/// All sockets of a running manager.
struct ManagerSockets: Sendable {
    private(set) var addresses = WazuhManager.Addresses()
    private var listeners: [any Channel] = []
    private let agents: OpenConnections
    private let enrolling: OpenConnections

    /// Opens what the configuration names, all or nothing.
    ///
    /// - Throws: ``TransportError`` `cannotListen`, `tls`.
    init(
        _ configuration: ManagerConfiguration,
        _ desk: ManagerDesk,
        enrol: @escaping @Sendable ([UInt8], String) async -> String?
    ) async throws {
        let limits = configuration.limits
        agents = OpenConnections(
            total: limits.connections,
            perAddress: limits.connectionsPerAddress
        )
        enrolling = OpenConnections(
            total: limits.enrolments,
            perAddress: limits.enrolmentsPerAddress
        )
        let open = ManagerListeners(
            group: MultiThreadedEventLoopGroup.singleton,
            limits: limits,
            desk: desk,
            agents: agents,
            enrolling: enrolling
        )
        do {
            if let endpoint = configuration.streams {
                let channel = try await open.streams(endpoint)
                listeners.append(channel)
                addresses.streamPort = channel.localAddress?.port
            }
            if let endpoint = configuration.datagrams {
                let channel = try await open.datagrams(endpoint)
                listeners.append(channel)
                addresses.datagramPort = channel.localAddress?.port
            }
            if let enrolment = configuration.enrolment {
                let channel = try await open.enrolment(enrolment, answer: enrol)
                listeners.append(channel)
                addresses.enrolmentPort = channel.localAddress?.port
            }
        } catch {
            close()
            throw error
        }
    }

    /// Closes all, without waiting.
    func close() {
        for listener in listeners { listener.close(promise: nil) }
        agents.closeAll()
        enrolling.closeAll()
    }

    /// Waits until nobody is connected or can connect any more.
    func closed() async {
        // It fails for a channel that did not close well, which is closed too.
        for listener in listeners { try? await listener.closeFuture.get() }
        await agents.closed()
        await enrolling.closed()
    }
}
