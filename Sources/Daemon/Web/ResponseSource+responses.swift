// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ActiveResponse
import DockerClient
import Patterns
import WebServer

extension ResponseSource {
    /// How long a request waits for an act; the server's own limit is 30 s.
    private static let patience = Duration.seconds(15)

    /// What the server asks of the responses of an all-in-one.
    init(_ responses: Responses) {
        let responder = responses.responder
        self.init(
            overview: { Overview(responder) },
            perform: { order in
                switch await responses.target(order.target, on: order.agent) {
                case .failure(let refusal): return refusal.outcome
                case .success(let target):
                    let record = await responder.perform(
                        HandOrder(order, target),
                        patience: Self.patience
                    )
                    return Outcome(record, in: responder.history)
                }
            },
            undo: { id, who in
                guard let standing = responder.history.acts[id], standing.ending == nil else {
                    return nil
                }
                let record = await responder.undo(id, by: who, patience: Self.patience)
                let history = responder.history
                return record.map { Outcome($0, in: history) }
                    ?? Outcome(
                        result: "begun",
                        text: "it is being undone",
                        act: history.acts[id].map(Act.init)
                    )
            },
            trial: { json in
                guard let alert = ResponseAlert(recorded: json) else { return [] }
                return responder.trial(alert).compactMap(Step.init)
            }
        )
    }
}

/// Why an order names nothing that can be acted upon.
struct OrderRefusal: Error {
    let reason: String

    var outcome: ResponseSource.Outcome {
        ResponseSource.Outcome(result: "refused", text: reason, act: nil)
    }
}

extension Responses {
    /// A target in a form that cannot be wrong, a container with the engine's names.
    func target(
        _ target: ResponseSource.Target,
        on agent: String
    ) async -> Result<ActTarget, OrderRefusal> {
        switch target {
        case .address(let text):
            return ActTarget(address: text).map { .success($0) }
                ?? .failure(OrderRefusal(reason: "\(text.prefix(64)) is no address"))
        case .account(let text): return .success(.account(text))
        case .script: return .failure(OrderRefusal(reason: "scripts are run by alerts alone"))
        case .container(let id, let name, let image, let engine):
            guard
                var container = ContainerTarget(id: id, name: name, image: image, engine: engine)
            else {
                return .failure(
                    OrderRefusal(reason: "a container is named by all 64 digits of its id")
                )
            }
            guard agent == "000" else { return .success(.container(container)) }
            do {
                let found = try await engines.client(ofMark: engine).inspectContainer(id)
                container.name = found.name
                container.image = found.image
                return .success(.container(container))
            } catch let error as DockerError where error.code == .notFound {
                return .failure(OrderRefusal(reason: "the container is gone"))
            } catch {
                return .failure(OrderRefusal(reason: "\(error)"))
            }
        }
    }
}

extension HandOrder {
    init(_ order: ResponseSource.Order, _ target: ActTarget) {
        self.init(
            act: order.act,
            target: target,
            mode: order.isInEarnest ? .enforce : .dryRun,
            by: order.by
        )
        agent = order.agent
        seconds = order.seconds
        alert = order.alert
        ruleID = order.rule
    }
}

extension ResponseSource.Outcome {
    /// Of a record, or of one that did not come in time.
    init(_ record: AuditRecord?, in history: JournalHistory) {
        guard let record else {
            self.init(result: "begun", text: "it goes on", act: nil)
            return
        }
        let act = record.act.map { act in
            history.acts[act.id].map(ResponseSource.Act.init) ?? ResponseSource.Act(said: act)
        }
        self.init(result: record.what.rawValue, text: record.detail, act: act)
    }
}

extension ResponseSource.Step {
    /// Nil for what is no act: limits do not hold for one alert.
    init?(_ decision: ResponseDecision) {
        switch decision {
        case .perform(let act): self.init(result: "act", text: act.title)
        case .say(let act): self.init(result: "dry-run", text: act.title)
        case .refused(let act, let why): self.init(result: "refused", text: act.title + ": " + why)
        case .renew, .breakerOpened, .breakerClosed: return nil
        }
    }
}

extension ResponseSource.Overview {
    init(_ responder: Responder) {
        self.init()
        let settings = responder.settings
        isEnabled = settings.isEnabled
        configured = settings.responses.map(ResponseSource.Configured.init)
        acts = responder.history.acts.values.map(ResponseSource.Act.init)
            .sorted { ($0.id ?? 0) > ($1.id ?? 0) }
    }
}

extension ResponseSource.Configured {
    init(_ response: Response) {
        self.init()
        name = response.name
        act = response.command.kind.rawValue
        place = response.places.map { place in
            switch place {
            case .local: "local"
            case .server: "server"
            case .all: "all"
            case .agent(let id): id
            }
        }.joined(separator: ", ")
        mode = response.mode.rawValue
        level = response.level
        rules = response.ruleIDs.sorted()
        groups = response.groups.map { String(decoding: $0.source, as: UTF8.self) } ?? ""
        seconds = response.timeoutSeconds
    }
}

extension ResponseSource.Act {
    /// One that is, or was, in the journal.
    init(_ record: RecordedAct) {
        self.init(said: record.standing.act)
        id = record.standing.act.id
        let isUndoing = !record.standing.undoneBy.isEmpty
        state =
            record.ending?.how.rawValue
            ?? (isUndoing ? "undoing" : record.standing.isConfirmed ? "standing" : "begun")
        detail = record.ending?.detail ?? record.detail
        undoneBy = record.standing.undoneBy
        ended = record.ending.map { $0.at / 1_000_000 }
        canBeUndone = record.ending == nil && record.standing.act.kind.canBeUndone
    }

    /// One that is only said, or was never begun.
    init(said act: PlannedAct) {
        self.init(target: ResponseSource.Target(act.target))
        self.act = act.kind.rawValue
        command = act.command
        response = act.response
        agent = act.agent
        mode = act.mode.rawValue
        begun = act.begunAt / 1_000_000
        expires = act.expiresAt.map { $0 / 1_000_000 }
        by = act.reason.by
        rule = act.reason.ruleID
        alert = act.reason.alert
    }
}

extension ResponseSource.Target {
    init(_ target: ActTarget) {
        self =
            switch target {
            case .container(let container):
                .container(
                    id: container.id,
                    name: container.name,
                    image: container.image,
                    engine: container.engine
                )
            case .address(let text): .address(text)
            case .account(let text): .account(text)
            case .script(let hint): .script(hint)
            }
    }
}
