// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Has an agent of Wazuh 4 act: it is sent Wazuh's message, and undoes by itself.
///
/// Its programs are its own, and its `ar.conf` says how long they hold; it tells what
/// it did in its `active-responses.log`.
/// Source: around-the-engine.md §6.2.
package struct WazuhPerformer: ActPerformer {
    private let node: String
    private let send: @Sendable ([UInt8]) throws -> Void

    /// `send` takes the object behind `#!-execd `, and throws when the agent is not connected.
    package init(node: String, send: @escaping @Sendable ([UInt8]) throws -> Void) {
        self.node = node
        self.send = send
    }

    package func prepare(_ act: PlannedAct) async throws -> Preparation {
        act.script == nil
            ? .refused("an agent of Wazuh runs programs alone, for alerts") : .ready(ActMemory())
    }

    package func perform(
        _ act: PlannedAct,
        _ memory: ActMemory,
        claim: @escaping @Sendable ([String]) -> Bool
    ) async throws -> ActOutcome {
        guard let order = act.script else {
            throw ResponseError(.noPerformer, "an agent of Wazuh runs programs alone")
        }
        let origin = ScriptMessage.Origin(node: node, module: "wazuh-analysisd")
        try send(ScriptMessage.object(act.response, order, from: origin, program: nil))
        return .doneForGood("agent \(act.agent) was sent \(act.response)")
    }

    package func undo(_ act: StandingAct) async throws -> String {
        "the agent undoes it by itself"
    }

    package func renew(_ act: StandingAct) async throws {}

    /// `ar.conf`, by which agents of Wazuh know what a response's name means.
    ///
    /// Source: around-the-engine.md §6.1.
    package static func configuration(_ responses: [Response]) -> [UInt8] {
        var lines = ["restart-wazuh0 - restart-wazuh - 0"]
        for response in responses where response.command.isProgram {
            let line =
                "\(response.name) - \(response.command.executable) - \(response.timeoutSeconds)"
            if !lines.contains(line) { lines.append(line) }
        }
        return [UInt8]((lines.joined(separator: "\n") + "\n").utf8)
    }
}
