// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ActiveResponse
import Collectors
import EventModel

/// Responses that a manager of Wazuh asks this host for, carried out as far as the host's own
/// file lets them.
///
/// What a response's name stands for is in the `ar.conf` that the manager has sent. They are
/// written down and undone as Jaga's own are, also after a crash.
struct OrderedResponses: Sendable {
    private static let sizeLimit = 1 << 20

    private let reporter: Reporter
    private let responder: Responder
    /// Whether nobody else runs the responder.
    private let isAlone: Bool
    private let scripts: ScriptFolder
    /// `ar.conf`.
    private let names: String
    private let notice: @Sendable (OperatorNotice) -> Void

    /// Beside Jaga's own responses.
    init(
        _ configuration: AllInOne.Configuration,
        _ reporter: Reporter,
        _ responder: Responder,
        notice: @escaping @Sendable (OperatorNotice) -> Void
    ) {
        self.init(configuration, reporter, (responder, false), notice)
    }

    /// On a host that decides on none itself; nil when it reports to no manager of Wazuh.
    ///
    /// - Throws: `ResponseError` `journal` when it cannot be opened.
    init?(
        _ configuration: AllInOne.Configuration,
        _ parts: AgentParts,
        _ responses: AgentResponses,
        notice: @escaping @Sendable (OperatorNotice) -> Void
    ) throws {
        guard let reporter = parts.reporter else { return nil }
        var settings = responses.settings
        // The manager decides, whatever the file says of a manager's.
        settings.responses = []
        let responder = Responder(
            settings,
            commands: [],
            journal: try ResponseJournal(path: configuration.data.responseJournal),
            Responder.Surroundings(
                performer: { $0 == "000" ? responses.performer : nil },
                requests: RequestFolder(path: configuration.data.responseRequests),
                now: { HostClock.now().nanoseconds },
                audit: Responses.audit(configuration.hostname, parts.collection.queue)
            )
        )
        self.init(configuration, reporter, (responder, true), notice)
    }

    private init(
        _ configuration: AllInOne.Configuration,
        _ reporter: Reporter,
        _ responder: (responder: Responder, isAlone: Bool),
        _ notice: @escaping @Sendable (OperatorNotice) -> Void
    ) {
        self.reporter = reporter
        self.responder = responder.responder
        isAlone = responder.isAlone
        scripts = ScriptFolder(root: configuration.data.path)
        names = configuration.data.reporting + "/etc/shared/ar.conf"
        self.notice = notice
    }

    /// Carries out what comes, until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            if isAlone { group.addTask { await responder.run() } }
            var said = ""
            for await json in reporter.orders {
                guard let trouble = await obey(json), trouble != said else { continue }
                said = trouble
                notice(.maintenanceFailed(trouble))
            }
        }
    }

    /// Gives what is wrong with an order.
    private func obey(_ json: [UInt8]) async -> String? {
        guard let order = WazuhOrder(json) else {
            return "the Wazuh manager asks for a response without an alert, which is not done here"
        }
        guard let response = order.response(in: await configuration(), scripts: scripts) else {
            return
                "the Wazuh manager asks for \"\(order.command)\", which its ar.conf does not have"
        }
        await responder.obey(response, for: order.alert)
        return nil
    }

    private func configuration() async -> [UInt8] {
        let read = Handback<[UInt8]>()
        // Without the file no name stands for anything, which is said then.
        try? await DedicatedThread.run("ar.conf") { [names] in
            (try? FileSystem.contents(of: names, limit: Self.sizeLimit)).map(read.give)
        }
        return read.take() ?? []
    }
}
