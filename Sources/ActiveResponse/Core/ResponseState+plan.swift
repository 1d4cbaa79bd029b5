// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// An act that is not done, and why.
struct Refusal: Error {
    let act: PlannedAct
    let reason: String

    init(_ act: PlannedAct, _ reason: String) {
        self.act = act
        self.reason = reason
    }
}

/// What the caller is to do.
package enum ResponseDecision: Sendable, Hashable {
    case perform(PlannedAct)
    /// Only said: what would be done.
    case say(PlannedAct)
    case refused(PlannedAct, String)
    /// It stands longer.
    case renew(StandingAct)
    /// More was asked for than may be done; an empty name is for all responses.
    case breakerOpened(response: String, limit: Int, seconds: Int)
    case breakerClosed(response: String, suppressed: Int)
}

extension ResponseState {
    /// On whose hosts.
    ///
    /// - Compatibility: `all` is this host too, which watches itself as an agent does.
    static func agents(
        for response: Response,
        _ alert: ResponseAlert,
        _ connected: [String]
    ) -> [String] {
        // Its address is for this host alone, and to be told once is enough.
        guard response.command.kind != .webhook else { return [here] }
        let agents = response.places.flatMap { place in
            switch place {
            case .local: [alert.agent]
            case .server: [here]
            case .agent(let id): [id]
            case .all: [here] + connected.filter { $0 != here }
            }
        }
        return agents.enumerated().filter { !agents[..<$0.offset].contains($0.element) }
            .map(\.element)
    }

    /// Whether an agent speaks Wazuh's protocol: own agents are numbered from 100001.
    static func isWazuhs(_ agent: String) -> Bool {
        guard let number = Int(agent) else { return false }
        return number > 0 && number <= 100_000
    }

    /// The act that a response asks for, with the target that the alert names.
    func plan(
        _ response: Response,
        _ alert: ResponseAlert,
        on agent: String,
        at now: Int64
    ) -> Result<PlannedAct, Refusal> {
        // An agent of Wazuh runs its own program of that name.
        let isProgram = Self.isWazuhs(agent) && response.command.isProgram
        let kind = isProgram ? ActKind.script : response.command.kind
        let target = Self.target(kind, alert)
        let stands = kind.canBeUndone && response.timeoutSeconds > 0
        let timed = stands && (!kind.takesAlert || response.command.allowsTimeout)
        let act = PlannedAct(
            id: 0,
            kind: kind,
            command: response.command.name,
            response: response.name,
            target: target ?? .script(hint: "rule \(alert.ruleID)"),
            agent: agent,
            mode: response.mode,
            begunAt: now,
            expiresAt: timed ? now &+ Int64(response.timeoutSeconds) * 1_000_000_000 : nil,
            reason: PlannedAct.Reason(by: "rule", ruleID: alert.ruleID, alert: alert.id),
            script: kind.takesAlert ? order(response.command, alert) : nil,
            network: response.command.network
        ).shown
        guard target != nil else { return .failure(Refusal(act, Self.missing(kind))) }
        if kind.takesAlert, let objection = objection(toScriptFor: alert) {
            return .failure(Refusal(act, objection))
        }
        if kind.takesAlert, act.script == nil {
            return .failure(Refusal(act, "the alert is longer than a script is given"))
        }
        return .success(act)
    }

    private static func target(_ kind: ActKind, _ alert: ResponseAlert) -> ActTarget? {
        switch kind {
        case _ where kind.isOnContainer:
            alert.container.flatMap { container in
                ContainerTarget(
                    id: container.id,
                    name: container.name,
                    image: container.image,
                    engine: container.engine
                )
            }.map { .container($0) }
        case .blockAddress: alert.address.map { .address($0) }
        case .disableAccount: alert.user.map { .account($0) }
        default: .script(hint: hint(alert))
        }
    }

    private static func missing(_ kind: ActKind) -> String {
        switch kind {
        case .blockAddress: "the alert has no source address"
        case .disableAccount: "the alert names no account"
        default: "the alert comes from no container that the engine knows"
        }
    }

    /// What the stock scripts act on, in their order.
    private static func hint(_ alert: ResponseAlert) -> String {
        alert.sourceAddress ?? alert.user ?? alert.container?.id ?? "rule \(alert.ruleID)"
    }

    /// Characters that Wazuh lets through to scripts, and protected addresses.
    ///
    /// Source: around-the-engine.md §6.1.
    private func objection(toScriptFor alert: ResponseAlert) -> String? {
        if let text = alert.sourceAddress {
            guard text.utf8.allSatisfy(Self.isAddressByte) else {
                return "its source address has characters that are let through to no script"
            }
            if alert.address != nil,
                let objection = settings.protections.objection(toAddress: text)
            {
                return objection
            }
        }
        guard let user = alert.user, !user.utf8.allSatisfy(Self.isUserByte) else { return nil }
        return "its user has characters that are let through to no script"
    }

    private static func isAddressByte(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || ".:_-".utf8.contains(byte)
    }

    private static func isUserByte(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || "._@?-".utf8.contains(byte)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
            || (0x61...0x7A).contains(byte)
    }

    private func order(_ command: ResponseCommand, _ alert: ResponseAlert) -> ScriptOrder? {
        guard alert.json.count <= ScriptOrder.alertLimit else { return nil }
        return ScriptOrder(
            executable: command.executable,
            arguments: command.arguments,
            alert: String(decoding: alert.json, as: UTF8.self)
        )
    }
}
