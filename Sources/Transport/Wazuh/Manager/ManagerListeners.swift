// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOCore
import NIOPosix
import NIOSSL

/// The sockets of a manager.
struct ManagerListeners {
    let group: any EventLoopGroup
    let limits: AgentLimits
    let desk: ManagerDesk
    let agents: OpenConnections
    let enrolling: OpenConnections

    /// Listens for agents' connections.
    ///
    /// - Throws: ``TransportError`` `cannotListen`.
    func streams(_ endpoint: ListenEndpoint) async throws -> any Channel {
        let (desk, limits, agents) = (desk, limits, agents)
        let bootstrap = server()
            .childChannelOption(.autoRead, value: true)
            .childChannelOption(
                .writeBufferWaterMark,
                value: .init(low: limits.unsentBytes / 2, high: limits.unsentBytes)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let address = channel.remoteAddress?.agentAddress ?? ""
                    guard agents.enter(channel, from: address) else {
                        desk.tally.add(.refusedConnections)
                        throw ChannelError.ioOnClosedChannel
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        AgentConnection(desk, limits, address: address)
                    )
                }
            }
        return try await bind(endpoint) {
            try await bootstrap.bind(host: $0.host, port: $0.port).get()
        }
    }

    /// Listens for agents that enrol.
    ///
    /// - Throws: ``TransportError`` `cannotListen`, `tls`.
    func enrolment(
        _ enrolment: ManagerConfiguration.Enrolment,
        answer: @escaping @Sendable ([UInt8], String) async -> String?
    ) async throws -> any Channel {
        let context = try EnrolmentTLS.server(enrolment)
        let (desk, enrolling, time) = (desk, enrolling, limits.enrolmentTime)
        let bootstrap = server()
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let address = channel.remoteAddress?.agentAddress ?? ""
                    guard enrolling.enter(channel, from: address) else {
                        desk.tally.add(.refusedConnections)
                        throw ChannelError.ioOnClosedChannel
                    }
                    let handlers: [any ChannelHandler] = [
                        NIOSSLServerHandler(context: context),
                        EnrolmentConnection(desk.tally, within: time) { await answer($0, address) },
                    ]
                    try channel.pipeline.syncOperations.addHandlers(handlers)
                }
            }
        return try await bind(enrolment.endpoint) {
            try await bootstrap.bind(host: $0.host, port: $0.port).get()
        }
    }

    /// Listens for agents' datagrams.
    ///
    /// - Throws: ``TransportError`` `cannotListen`.
    func datagrams(_ endpoint: ListenEndpoint) async throws -> any Channel {
        let desk = desk
        let bootstrap = DatagramBootstrap(group: group)
            // A datagram that does not fit is cut, and then no packet.
            .channelOption(
                .recvAllocator,
                value: FixedSizeRecvByteBufferAllocator(capacity: Packet.sizeLimit)
            )
            .channelOption(.socketOption(.so_rcvbuf), value: 4 << 20)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AgentDatagrams(desk))
                }
            }
        return try await bind(endpoint) {
            try await bootstrap.bind(host: $0.host, port: $0.port).get()
        }
    }

    /// Source of the keep-alive's times: around-the-engine.md §5.8.
    private func server() -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.tcpOption(.init(rawValue: TCP_KEEPIDLE)), value: 30)
            .childChannelOption(.tcpOption(.init(rawValue: TCP_KEEPINTVL)), value: 10)
            .childChannelOption(.tcpOption(.init(rawValue: TCP_KEEPCNT)), value: 3)
    }

    private func bind(
        _ endpoint: ListenEndpoint,
        _ body: (ListenEndpoint) async throws -> any Channel
    ) async throws -> any Channel {
        do {
            return try await body(endpoint)
        } catch {
            throw TransportError(
                .cannotListen,
                "cannot listen for agents on \(endpoint.host):\(endpoint.port): end what "
                    + "listens there, or choose another port in <remote> or <auth>",
                cause: error
            )
        }
    }
}
