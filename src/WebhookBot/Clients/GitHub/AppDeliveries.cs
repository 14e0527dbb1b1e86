using System.Text.Json;
using Microsoft.Extensions.Options;
using Octokit;

namespace WebhookBot.Clients.GitHub;

/// <summary>
/// The log that GitHub keeps of what it sent to the app's webhook, three days long.
/// <see href="https://docs.github.com/en/rest/apps/webhooks"/>
/// </summary>
public sealed class AppDeliveries(GitHubConnections connections, AppToken app, IOptions<GitHubOptions> options)
{
    private const int PageSize = 100;
    private const string Accept = "application/vnd.github+json";
    private static readonly Uri Log = new("app/hook/deliveries", UriKind.Relative);

    /// <summary>Which setting is missing, or null.</summary>
    public string? MissingSetting => options.Value.MissingSetting();

    /// <summary>The number of the app.</summary>
    public string AppId => options.Value.AppId ?? "";

    /// <summary>Where a delivery stands in it, for people.</summary>
    public Uri AddressOf(string id) => new(ApiSettings.AsBase(options.Value.ApiUrl), OneOf(id));

    /// <summary>A page of the log, newest first, and the cursor of the next; null at the end.</summary>
    /// <exception cref="GitHubRefusedException">The app's credentials are not accepted, or the answer cannot be read.</exception>
    public Task<(JsonElement Items, string? Next)> ListAsync(string? cursor, CancellationToken cancellation) => CallAsync(async connection =>
    {
        var query = new Dictionary<string, string> { ["per_page"] = $"{PageSize}" };
        if (cursor is not null)
        {
            query["cursor"] = cursor;
        }

        var answer = await connection.Get<JsonElement>(Log, query, Accept);
        return (answer.Body, NextOf(answer.HttpResponse.ApiInfo));
    }, cancellation);

    /// <summary>One delivery with its request.</summary>
    /// <inheritdoc cref="ListAsync" path="/exception"/>
    public Task<JsonElement> GetAsync(string id, CancellationToken cancellation) =>
        CallAsync(async connection => (await connection.Get<JsonElement>(OneOf(id), null, Accept)).Body, cancellation);

    /// <summary>Has GitHub send a delivery again, under the id that it has.</summary>
    /// <inheritdoc cref="ListAsync" path="/exception"/>
    public Task RedeliverAsync(string id, CancellationToken cancellation) =>
        CallAsync(connection => connection.Post(new Uri($"{OneOf(id)}/attempts", UriKind.Relative)), cancellation);

    private async Task<T> CallAsync<T>(Func<IConnection, Task<T>> call, CancellationToken cancellation)
    {
        GitHubTransport.EndCallsWith(cancellation);
        try
        {
            return await call(connections.Create(app.Create()).Connection);
        }
        catch (AuthorizationException e)
        {
            throw AppFaults.NotAccepted(e);
        }
    }

    // Only the cursor is taken of the address: the app's token goes where the settings say.
    private static string? NextOf(ApiInfo? info)
    {
        var query = info?.Links.GetValueOrDefault("next") is { IsAbsoluteUri: true } next ? next.Query.TrimStart('?').Split('&') : [];
        return query.FirstOrDefault(p => p.StartsWith("cursor=", StringComparison.Ordinal)) is { Length: > 7 } cursor ? Uri.UnescapeDataString(cursor[7..]) : null;
    }

    private static Uri OneOf(string id) => new($"{Log}/{Uri.EscapeDataString(id)}", UriKind.Relative);
}
