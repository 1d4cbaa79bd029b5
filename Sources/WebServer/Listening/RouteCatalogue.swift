// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Every route of the server, in one list.
struct RouteCatalogue {
    let context: ServerContext
    let activeRequests: @Sendable () -> Int

    /// The table, with the document that is written from it.
    var table: RouteTable {
        let routes =
            SessionRoutes(context: context).routes
            + TokenRoutes(context: context).routes
            + AlertRoutes(context: context).routes
            + [
                ContextRoute(context: context).route, ExportRoute(context: context).route,
                StreamRoute(context: context).route, ExplainRoute(context: context).route,
            ]
            + ContainerRoutes(context: context).routes
            + AgentRoutes(context: context).routes
            + PostureRoutes(context: context).routes
            + VulnerabilityRoutes(context: context).routes
            + OutputRoutes(context: context).routes
            + ResponseRoutes(context: context).routes
            + RuleRoutes(context: context).routes
            + LogtestRoutes(
                context: context,
                sessions: LogtestSessions(context.services)
            ).routes
            + StatusRoutes(context: context, activeRequests: activeRequests).routes
        let document = OpenAPIDocument(version: context.services.identity.version)
        return RouteTable(routes: routes + [document.route(with: routes)])
    }
}
