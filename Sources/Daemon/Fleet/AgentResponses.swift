// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ActiveResponse
import Collectors
import EventModel
import Fleet
import Glibc
import Patterns

/// An agent's acts: what its manager asks for, done on this host as far as the agent's own
/// file lets it.
struct AgentResponses: Sendable {
    private let desk: RemoteDesk
    /// Who does them.
    let performer: HostPerformer
    /// Those of the agent's own file, and who its managers are.
    let settings: ResponseSettings

    /// Looks up the names of hosts that are `managers`, which are never blocked.
    ///
    /// `settings` are those of the agent's own file: a manager cannot change them.
    init(
        _ configuration: AllInOne.Configuration,
        _ settings: ResponseSettings,
        _ engines: EngineFleet,
        managers: [String]
    ) {
        var settings = settings
        settings.protections.ownContainer = OwnContainer.id()
        for address in managers.flatMap(Self.addresses) {
            // What the system says is an address is one.
            try? settings.protections.addresses.append(address.utf8)
        }
        let own = settings
        var host = HostPerformer.Configuration(
            engine: { try engines.client(ofMark: $0) },
            protections: {
                var protections = own.protections
                protections.ownAddresses = HostAddresses.list()
                return protections
            },
            data: configuration.data.path,
            now: { HostClock.now().nanoseconds }
        )
        host.node = configuration.hostname
        performer = HostPerformer(host)
        self.settings = own
        desk = RemoteDesk(
            performer,
            settings: { own },
            now: { HostClock.now().nanoseconds }
        )
    }

    /// Does what a command of the kind `response` asks for.
    var handler: AgentCommands.Handler {
        { [desk] command in
            try .done(await desk.answer(command.value(RemoteOrder.self)))
        }
    }

    /// All addresses of a host, as this one knows them now; it blocks.
    private static func addresses(_ host: String) -> [String] {
        var first: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, nil, &first) == 0 else { return [] }
        defer { freeaddrinfo(first) }
        return sequence(first: first) { $0?.pointee.ai_next }.prefix { $0 != nil }
            .compactMap { entry in
                guard let entry, let address = entry.pointee.ai_addr else { return nil }
                var text = [CChar](repeating: 0, count: 256)
                let size = entry.pointee.ai_addrlen
                let flags = NI_NUMERICHOST
                guard
                    getnameinfo(address, size, &text, socklen_t(text.count), nil, 0, flags) == 0
                else { return nil }
                let bytes = text.prefix { $0 != 0 && $0 != 0x25 }
                return String(decoding: bytes.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            }
    }
}
