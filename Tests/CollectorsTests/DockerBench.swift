// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import DockerClient
import JagaTesting

/// A scripted engine, and everything that collects from it.
struct DockerBench: Sendable {
    let scratch: Scratch
    let engine: ScriptedDockerEngine
    let engines: EngineAccess
    let directory: ContainerDirectory
    let inventories: InventoryStore
    let bench: CollectorBench

    static let backoff = Backoff(first: .milliseconds(10), limit: .milliseconds(20))

    /// Runs `body` with an engine that answers, and no collector yet.
    static func run(
        _ scratch: Scratch,
        host: String? = nil,
        _ body: (DockerBench) async throws -> Void
    ) async throws {
        let socket = scratch.file("docker.sock")
        let engine = try ScriptedDockerEngine(at: .unix(path: socket))
        defer { engine.stop() }
        answer(engine, root: scratch.path)
        let engines = EngineAccess(
            environment: DockerEnvironment(
                variables: ["DOCKER_HOST": host ?? "unix://" + socket],
                userID: 0
            ),
            configuration: .standard
        )
        try await CollectorBench.run(positions: scratch.file("positions")) { bench in
            let inventories = InventoryStore(path: scratch.file("inventory"))
            try await body(
                DockerBench(
                    scratch: scratch,
                    engine: engine,
                    engines: engines,
                    directory: ContainerDirectory(labels: .standard, of: engines),
                    inventories: inventories,
                    bench: bench
                )
            )
            inventories.stop()
        }
        await engines.shutdown()
    }

    /// Makes an engine answer that has no containers.
    static func answer(_ engine: ScriptedDockerEngine, root: String) {
        engine.answer("/_ping", with: .ping(apiVersion: "1.41"))
        engine.answer("/version", with: .json(#"{"Version":"20.10.24","ApiVersion":"1.41"}"#))
        engine.answer("/info", with: .json(#"{"Name":"h","DockerRootDir":"\#(root)"}"#))
        engine.answer("/containers/json", with: .json("[]"))
    }

    /// Runs `body` while `service` runs, and ends that.
    func with(
        _ service: @escaping @Sendable () async -> Void,
        _ body: () async throws -> Void
    ) async throws {
        let task = Task { await service() }
        do {
            try await body()
        } catch {
            task.cancel()
            await task.value
            throw error
        }
        task.cancel()
        await task.value
    }

    func events(
        plan: ListenerSchedule.Plan = .always(DockerBench.backoff),
        buffer: EventBuffer.Limits = .standard
    ) -> DockerEventCollector {
        var configuration = DockerEventCollector.Configuration(
            agent: CollectorBench.agent,
            plan: plan,
            backoff: Self.backoff
        )
        configuration.buffer = buffer
        return DockerEventCollector(
            configuration: configuration,
            engine: engines,
            directory: directory,
            queue: bench.queue,
            ledger: bench.store.ledger,
            board: bench.board,
            inventories: inventories
        )
    }

    /// The listener of one of several engines.
    func events(of engine: EngineAccess) -> DockerEventCollector {
        DockerEventCollector(
            configuration: DockerEventCollector.Configuration(
                agent: CollectorBench.agent,
                plan: .always(Self.backoff),
                backoff: Self.backoff
            ),
            engine: engine,
            directory: ContainerDirectory(labels: .standard, of: engine),
            queue: bench.queue,
            ledger: bench.store.ledger,
            board: bench.board,
            inventories: inventories
        )
    }

    func logs(
        _ selection: ContainerSelection = ContainerSelection(),
        isClaimed: @escaping @Sendable (FilePath) -> Bool = { _ in false }
    ) -> ContainerLogCollector {
        var configuration = ContainerLogCollector.Configuration(
            agent: CollectorBench.agent,
            backoff: Self.backoff,
            ownContainerID: "self"
        )
        configuration.selection = selection
        return ContainerLogCollector(
            configuration: configuration,
            engine: engines,
            directory: directory,
            watcher: bench.watcher,
            queue: bench.queue,
            ledger: bench.store.ledger,
            isClaimed: isClaimed
        )
    }

    /// Lets the engine know a container.
    func define(_ container: ScriptedContainer) {
        engine.answer(
            "/containers/\(container.id)/json",
            with: .json(container.inspection(root: scratch.path))
        )
    }

    /// What the engine lists.
    func list(_ containers: ScriptedContainer...) {
        for container in containers { define(container) }
        let lines = containers.map(\.summary).joined(separator: ",")
        engine.answer("/containers/json", with: .json("[\(lines)]"))
    }

    /// What the engine still remembers when it is asked for the past.
    func past(_ events: String...) {
        engine.answer("/events?until", with: .chunks([Array(events.joined().utf8)]))
    }

    /// The folder and log of a container; nil makes the folder alone.
    func makeLog(of id: String, _ text: String?) throws {
        try? scratch.makeFolder("containers")
        try? scratch.makeFolder("containers/\(id)")
        if let text { try scratch.append("containers/\(id)/\(id)-json.log", text) }
    }
}

/// A container as the engine describes it.
struct ScriptedContainer: Sendable {
    var id: String
    var name: String
    var driver = "json-file"
    var created = "2020-01-01T00:00:00Z"
    var started = "2020-06-01T00:00:00Z"
    var finished = "0001-01-01T00:00:00Z"
    var exitCode = 0
    var isRunning = true
    var isTTY = false
    var labels = "{}"
    /// Of its driver, as members of a JSON object.
    var logOptions = ""

    var summary: String {
        #"{"Id":"\#(id)","Names":["/\#(name)"],"Image":"nginx","ImageID":"sha256:1","#
            + #""Labels":\#(labels),"State":"\#(isRunning ? "running" : "exited")"}"#
    }

    func inspection(root: String) -> String {
        let path = driver == "json-file" ? "\(root)/containers/\(id)/\(id)-json.log" : ""
        return #"{"Id":"\#(id)","Created":"\#(created)","Name":"/\#(name)","Image":"sha256:1","#
            + #""State":{"Status":"\#(isRunning ? "running" : "exited")","StartedAt":"\#(started)","#
            + #""FinishedAt":"\#(finished)","ExitCode":\#(exitCode)},"#
            + #""LogPath":"\#(path)","HostConfig":{"LogConfig":{"Type":"\#(driver)","Config":{\#(logOptions)}}},"#
            + #""Config":{"Image":"nginx","Tty":\#(isTTY),"Labels":\#(labels)}}"#
    }

    /// An event about it, with its newline.
    func event(_ action: String, at nanoseconds: Int64) -> String {
        #"{"Type":"container","Action":"\#(action)","Actor":{"ID":"\#(id)","Attributes":"#
            + #"{"image":"nginx","name":"\#(name)"}},"scope":"local","time":1,"#
            + #""timeNano":\#(nanoseconds)}"# + "\n"
    }
}

/// A line of a container's `json-file`.
func record(_ log: String, _ time: String = "2026-11-23T23:36:15Z") -> String {
    #"{"log":"\#(log)","stream":"stdout","time":"\#(time)"}"# + "\n"
}
