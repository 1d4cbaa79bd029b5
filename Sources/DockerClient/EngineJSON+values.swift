// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension ContainerSummary {
    init(_ answer: EngineJSON.Container) {
        let names = (answer.Names ?? []).map { $0.hasPrefix("/") ? String($0.dropFirst()) : $0 }
        id = answer.Id ?? ""
        name = names.first { !$0.contains("/") } ?? names.first ?? ""
        image = answer.Image ?? ""
        imageID = answer.ImageID ?? ""
        labels = answer.Labels ?? [:]
        state = ContainerState(engineWord: answer.State)
        status = answer.Status ?? ""
        createdAt = answer.Created.map { EngineTime(seconds: $0) }
        ports = (answer.Ports ?? []).map { port in
            Port(
                address: port.IP ?? "",
                publicPort: port.PublicPort,
                privatePort: port.PrivatePort ?? 0,
                type: port.Type ?? ""
            )
        }
    }
}

extension ImageSummary {
    init(_ answer: EngineJSON.Image) {
        id = answer.Id ?? ""
        tags = (answer.RepoTags ?? []).filter { $0 != "<none>:<none>" }
        digests = (answer.RepoDigests ?? []).filter { $0 != "<none>@<none>" }
        labels = answer.Labels ?? [:]
    }
}

extension NetworkSummary {
    init(_ answer: EngineJSON.Network) {
        id = answer.Id ?? ""
        name = answer.Name ?? ""
        driver = answer.Driver ?? ""
    }
}

extension VolumeSummary {
    init(_ answer: EngineJSON.Volumes.Volume) {
        name = answer.Name ?? ""
        driver = answer.Driver ?? ""
    }
}

extension ExecDetails {
    init(_ answer: EngineJSON.Exec) {
        let process = answer.ProcessConfig
        id = answer.ID ?? ""
        containerID = answer.ContainerID ?? ""
        isRunning = answer.Running ?? false
        exitCode = answer.ExitCode
        command = [process?.entrypoint ?? ""] + (process?.arguments ?? [])
        user = process?.user ?? ""
        isTTY = process?.tty ?? false
        isPrivileged = process?.privileged ?? false
        hasStandardInput = answer.OpenStdin ?? false
        processID = answer.Pid ?? 0
    }
}

extension ContainerDetails {
    /// Reads the engine's answer to an inspection, as it came.
    ///
    /// - Throws: the decoder's error when it is not the API's JSON.
    package init(inspection bytes: [UInt8]) throws {
        self.init(try EngineJSON.decode(EngineJSON.Inspection.self, from: bytes))
    }

    init(_ answer: EngineJSON.Inspection) {
        let name = answer.Name ?? ""
        id = answer.Id ?? ""
        self.name = name.hasPrefix("/") ? String(name.dropFirst()) : name
        image = answer.Config?.Image ?? ""
        imageID = answer.Image ?? ""
        labels = answer.Config?.Labels ?? [:]
        state = ContainerState(engineWord: answer.State?.Status)
        createdAt = EngineTime(rfc3339: answer.Created ?? "")
        startedAt = EngineTime(rfc3339: answer.State?.StartedAt ?? "")
        finishedAt = EngineTime(rfc3339: answer.State?.FinishedAt ?? "")
        exitCode = answer.State?.ExitCode ?? 0
        processID = answer.State?.Pid ?? 0
        isTTY = answer.Config?.Tty ?? false
        logDriver = answer.HostConfig?.LogConfig?.Type ?? ""
        logPath = answer.LogPath ?? ""
        logFileLimit = ByteSize(answer.HostConfig?.LogConfig?.Config?.maxSize ?? "")?.bytes
        restartPolicy = answer.HostConfig?.RestartPolicy?.Name ?? ""
        healthCheck = answer.Config.flatMap { config in
            config.Healthcheck.map { HealthCheck($0, shell: config.Shell ?? []) }
        }
        healthRuns = (answer.State?.Health?.Log ?? []).compactMap { run in
            guard let start = EngineTime(rfc3339: run.Start ?? ""),
                let end = EngineTime(rfc3339: run.End ?? "")
            else { return nil }
            return HealthCheck.Run(start: start, end: end)
        }
    }
}

extension HealthCheck {
    init(_ answer: EngineJSON.Inspection.Check, shell: [String]) {
        self.init(
            test: answer.Test ?? [],
            shell: shell,
            interval: answer.Interval ?? 0,
            timeout: answer.Timeout ?? 0,
            startPeriod: answer.StartPeriod ?? 0,
            startInterval: answer.StartInterval ?? 0
        )
    }
}

extension EngineVersion {
    init(_ answer: EngineJSON.Version, negotiated: APIVersion?) {
        version = answer.Version ?? ""
        apiVersion = APIVersion(answer.ApiVersion ?? "")
        negotiatedVersion = negotiated
        operatingSystem = answer.Os ?? ""
        architecture = answer.Arch ?? ""
        kernelVersion = answer.KernelVersion ?? ""
        // Docker calls its first component "Engine".
        let component = answer.Components?.first?.Name ?? ""
        product = component == "Engine" ? "Docker" : component
    }
}
