FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
ENV DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# First what decides the packages, so that a change of the code alone does not restore again.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY src/WebhookBot.Rules/WebhookBot.Rules.csproj src/WebhookBot.Rules/packages.lock.json src/WebhookBot.Rules/
COPY src/WebhookBot/WebhookBot.csproj src/WebhookBot/packages.lock.json src/WebhookBot/
RUN dotnet restore src/WebhookBot --locked-mode

COPY .editorconfig ./
COPY src src
RUN dotnet publish src/WebhookBot -c Release -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app

# Nothing is written outside /data, so the root filesystem can be read-only. The runtime would put its diagnostic sockets into
# /tmp; the image's own HTTP_PORTS would be overruled by --urls, with a warning at every start.
ENV ASPNETCORE_ENVIRONMENT=Production \
    DOTNET_EnableDiagnostics=0 \
    ASPNETCORE_HTTP_PORTS=
RUN mkdir /data /rules && chown $APP_UID:$APP_UID /data
VOLUME /data

COPY --from=build /app ./
USER $APP_UID
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["dotnet", "webhookbot.dll", "health", "--server", "http://127.0.0.1:8080"]
ENTRYPOINT ["dotnet", "webhookbot.dll"]
CMD ["run", "--rules", "/rules", "--data", "/data", "--urls", "http://0.0.0.0:8080"]
