// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Tells a container's own health-check probes from what people execute.
///
/// The engine reports each probe as `exec_create`, `exec_start` and `exec_die`,
/// and nothing in those events or in an inspection of the execution tells it
/// from a `docker exec` of the same command (seen on engine 20.10; only `-i`,
/// `-t` and `-d` show). What does tell, and is used here:
///
/// * Command: a probe's is the configured one, as ``HealthCheck/commandLine``.
/// * History: the container's `State.Health.Log` has the start and end of the
///   last probes; an execution created within one of them is that probe.
/// * Timing: the engine waits one interval from a probe's end to the next, and
///   never runs two at a time. Of two equal commands closer together than
///   that, the later one is not a probe.
///
/// When in doubt the execution is reported. What stays possible: one equal
/// command in the instant in which a probe is due is taken for it, and the
/// probe itself is then reported in its place. Nothing goes unreported.
///
/// A state machine without I/O: the caller inspects where it is asked to.
/// Memory is bounded by the limit on containers.
package struct HealthCheckFilter: Sendable {
    /// What to do with an event.
    package enum Verdict: Sendable, Hashable {
        /// It is no probe: pass it on.
        case report
        /// It belongs to a probe: silent by default.
        case probe
        /// Inspect this container, tell ``learned(_:)`` or
        /// ``couldNotInspect(_:)``, and ask again.
        case needsInspection(containerID: String)
    }

    /// Containers remembered; the one learned first is forgotten beyond it.
    package let containerLimit: Int

    private var containers: [String: Container] = [:]
    /// Ids in the order in which they were learned.
    private var order: [String] = []

    /// `containerLimit` is at least 1.
    package init(containerLimit: Int) {
        self.containerLimit = max(containerLimit, 1)
    }

    /// Judges the next event; events must come in the engine's order.
    package mutating func verdict(on event: DockerEvent) -> Verdict {
        guard event.type == "container" else { return .report }
        switch event.action {
        case "start", "unpause", "restart":
            containers[event.actorID]?.restarted(at: event.time)
            return .report
        case "destroy":
            forget(event.actorID)
            return .report
        default: break
        }
        guard let step = ExecutionStep(event) else { return .report }
        guard let container = containers[event.actorID] else {
            return .needsInspection(containerID: event.actorID)
        }
        // Most containers have no health check: nothing of them is copied.
        guard container.hasCheck else { return .report }
        return containers[event.actorID]?.isProbe(step, at: event.time) == true ? .probe : .report
    }

    /// Takes note of what an inspection said.
    package mutating func learned(_ details: ContainerDetails) {
        remember(Container(details), for: details.id)
    }

    /// The container is gone or cannot be inspected: its executions are
    /// reported.
    package mutating func couldNotInspect(_ containerID: String) {
        remember(Container(), for: containerID)
    }

    private mutating func remember(_ container: Container, for id: String) {
        if containers.updateValue(container, forKey: id) == nil { order.append(id) }
        guard containers.count > containerLimit else { return }
        containers[order.removeFirst()] = nil
    }

    private mutating func forget(_ id: String) {
        guard containers.removeValue(forKey: id) != nil else { return }
        order.removeAll { $0 == id }
    }
}

extension HealthCheckFilter {
    /// One of the three events of an execution.
    struct ExecutionStep {
        enum Kind {
            case create(command: Substring)
            case start(command: Substring)
            case die
        }

        let kind: Kind
        let execID: String

        /// Nil for events that are none of the three.
        init?(_ event: DockerEvent) {
            let action = event.action
            if action.hasPrefix("exec_create: ") {
                kind = .create(command: action.dropFirst("exec_create: ".count))
            } else if action.hasPrefix("exec_start: ") {
                kind = .start(command: action.dropFirst("exec_start: ".count))
            } else if action == "exec_die" {
                kind = .die
            } else {
                return nil
            }
            execID = event.attributes["execID"] ?? ""
        }
    }
}
