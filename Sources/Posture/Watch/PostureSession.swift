// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import EventModel

/// The one loop that looks at an engine's containers and tells what is new.
struct PostureSession {
    private let configuration: PostureWatch.Configuration
    private let surroundings: PostureWatch.Surroundings
    private let board: PostureBoard
    private let queue: WorkQueue
    private var state = PostureState()
    private var filter = HealthCheckFilter(containerLimit: 10_000)
    private var around = Examination.Surroundings()
    /// When images were made, by their ids.
    private var images: [String: EngineTime] = [:]
    private var known: [String: ContainerConfiguration] = [:]
    /// When a container's files were last looked at, and whether a look is on its way.
    private var looked: [String: ContinuousClock.Instant] = [:]
    private var waiting: Set<String> = []
    /// Changed files that were no programs, by container: not asked for again at once.
    private var plain: [String: Set<String>] = [:]
    private var surveys = 0
    private var isChanged = false

    private static let imageLimit = 4_096
    /// Modes that are asked for in one look.
    private static let modeLimit = 100
    private static let plainLimit = 5_000
    /// After so many looks at everything each file's mode is asked for again.
    private static let forgetting = 6
    private static let stateLimit = 64 << 20

    init(
        _ configuration: PostureWatch.Configuration,
        _ surroundings: PostureWatch.Surroundings,
        _ board: PostureBoard,
        _ queue: WorkQueue
    ) {
        self.configuration = configuration
        self.surroundings = surroundings
        self.board = board
        self.queue = queue
        around.imageAgeLimit = configuration.imageAgeLimit
        around.ownContainer = configuration.ownContainer
    }

    mutating func run() async {
        // What cannot be read is not known: then all findings are told once more.
        if let bytes = await surroundings.load(), bytes.count <= Self.stateLimit,
            let earlier = try? PostureJSON.decode(PostureState.self, bytes)
        {
            state = earlier
        }
        await withDiscardingTaskGroup { group in
            for await work in queue.work {
                if Task.isCancelled { break }
                await take(work, &group)
                let lost = queue.takeLost()
                if lost > 0 {
                    board.count { $0.lost += lost }
                    await survey(&group)
                }
            }
            group.cancelAll()
        }
        await save()
    }

    private mutating func take(_ work: WorkQueue.Work, _ group: inout DiscardingTaskGroup) async {
        switch work {
        case .survey: await survey(&group)
        case .save: await save()
        case .drift(let id):
            waiting.remove(id)
            await look(at: id)
        case .event(let event): await take(event, &group)
        }
    }

    private mutating func take(_ event: DockerEvent, _ group: inout DiscardingTaskGroup) async {
        let id = event.actorID
        let isProbe = await isHealthCheck(event)
        switch event.action {
        case "create", "update", "rename", "die": await examine(id)
        case "start", "restart":
            await examine(id)
            lookLater(id, after: configuration.settling, &group)
        case "destroy":
            forget(id)
        case _ where event.action.hasPrefix("exec_create"):
            if !isProbe { await executed(event) }
        case "exec_die":
            guard !isProbe else { return }
            plain[id] = nil
            lookLater(id, after: .seconds(1), &group)
        default: break
        }
    }

    private mutating func forget(_ id: String) {
        state.forget(id)
        board.remove(id, of: configuration.engine)
        known[id] = nil
        looked[id] = nil
        plain[id] = nil
        isChanged = true
    }

    private mutating func isHealthCheck(_ event: DockerEvent) async -> Bool {
        while true {
            switch filter.verdict(on: event) {
            case .report: return false
            case .probe: return true
            case .needsInspection(let id):
                do {
                    filter.learned(try await surroundings.client().inspectContainer(id))
                } catch {
                    filter.couldNotInspect(id)
                }
            }
        }
    }

    // MARK: Examining

    private mutating func survey(_ group: inout DiscardingTaskGroup) async {
        do {
            let client = try surroundings.client()
            around.engine = try await client.information()
            let listed = try await client.allContainers()
            let ids = Set(listed.map(\.id))
            state.retain(ids)
            board.retain(ids, of: configuration.engine)
            known = known.filter { ids.contains($0.key) }
            looked = looked.filter { ids.contains($0.key) }
            surveys += 1
            plain = surveys % Self.forgetting == 0 ? [:] : plain.filter { ids.contains($0.key) }
            for container in listed {
                if Task.isCancelled { return }
                await examine(container.id)
                if container.state == .running { await look(at: container.id) }
            }
            isChanged = true
        } catch {
            // Tried again at the next look, or when the engine is back.
            board.count { $0.failed += 1 }
        }
    }

    private mutating func examine(_ id: String) async {
        do {
            let client = try surroundings.client()
            let container = try await client.containerConfiguration(id)
            if container.mounts.contains(where: { $0.kind == "volume" }) {
                around.volumeDevices = try await client.volumeDevices()
            }
            around.imageCreatedAt = await imageDate(container.imageID, client)
            let posture = Examination(container, around, now: surroundings.now()).posture
            known[id] = container
            board.count { $0.examined += 1 }
            let facts = facts(of: container)
            board.set(
                PostureBoard.Entry(
                    container: facts,
                    posture: posture,
                    state: container.state.rawValue
                )
            )
            await send(state.judged(facts, posture))
            isChanged = true
        } catch let error as DockerError where error.code == .notFound {
            // Gone before it was looked at, as with `docker run --rm true`.
        } catch {
            board.count { $0.failed += 1 }
        }
    }

    private mutating func imageDate(_ id: String, _ client: DockerClient) async -> EngineTime? {
        if let date = images[id] { return date }
        // Of an image that is gone nothing is known, its age neither.
        guard let date = try? await client.imageConfiguration(id).createdAt else { return nil }
        if images.count >= Self.imageLimit { images.removeAll() }
        images[id] = date
        return date
    }

    private func facts(of container: ContainerConfiguration) -> ContainerIdentity.Facts {
        var facts = ContainerIdentity.Facts(
            id: container.id,
            name: container.name,
            image: container.image,
            imageID: container.imageID,
            labels: container.labels
        )
        facts.engine = configuration.engine
        return facts
    }

    private func send(_ events: [PostureEvent]) async {
        guard !events.isEmpty else { return }
        board.count { $0.events += events.count }
        await surroundings.send(events)
    }

    private mutating func save() async {
        guard isChanged else { return }
        isChanged = false
        // Strings and numbers alone: there is nothing that cannot be written.
        guard let bytes = try? PostureJSON.encode(state) else { return }
        await surroundings.save(bytes)
    }

    // MARK: Drift and executions

    private mutating func lookLater(
        _ id: String,
        after wait: Duration,
        _ group: inout DiscardingTaskGroup
    ) {
        guard waiting.insert(id).inserted else { return }
        let earliest = (looked[id].map { $0 + configuration.driftPace } ?? .now)
        let time = max(ContinuousClock.now + wait, earliest)
        let queue = queue
        group.addTask {
            // Cancelled at the end, when nobody looks any more.
            guard (try? await Task.sleep(until: time)) != nil else { return }
            queue.put(.drift(id))
        }
    }

    private mutating func look(at id: String) async {
        guard let container = known[id] else { return }
        looked[id] = .now
        do {
            let client = try surroundings.client()
            var drift = Drift(try await client.fileChanges(of: id))
            var others = plain[id] ?? []
            var unknown: [String] = []
            for path in drift.candidates where unknown.count < Self.modeLimit {
                if !others.contains(path), !state.isKnown(path, of: id) { unknown.append(path) }
            }
            for path in unknown {
                // A file that went meanwhile is nothing to tell of.
                let mode = try? await client.fileMode(path, in: id)
                if let mode, Drift.isProgram(mode) {
                    drift.executables.append(path)
                } else if others.count < Self.plainLimit {
                    others.insert(path)
                }
            }
            plain[id] = others
            await send(state.drifted(facts(of: container), drift))
            isChanged = true
        } catch let error as DockerError where error.code == .notFound {
            // It is gone.
        } catch {
            board.count { $0.failed += 1 }
        }
    }

    private mutating func executed(_ event: DockerEvent) async {
        let id = event.actorID
        if known[id] == nil { await examine(id) }
        guard let container = known[id] else { return }
        // What its files were before the command runs.
        if looked[id] == nil { await look(at: id) }
        let execID = event.attributes["execID"] ?? ""
        // One that has ended is forgotten: then the container's own user is taken.
        let details = try? await surroundings.client().inspectExec(execID)
        let user = details.map(\.user) ?? ""
        let name = (user.isEmpty ? container.user : user).prefix { $0 != ":" }
        var execution = PostureState.Execution(
            command: String(event.action.dropFirst("exec_create: ".count)),
            isRoot: name.isEmpty || name == "root" || name == "0",
            isPrivileged: details?.isPrivileged ?? false,
            time: event.time
        )
        execution.startedAt = container.startedAt
        let quiet = configuration.quiet.components.seconds * 1_000_000_000
        await send(state.executed(facts(of: container), execution, quiet: quiet))
        isChanged = true
    }
}
