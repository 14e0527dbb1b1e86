using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.Options;
using WebhookBot.Clients;
using WebhookBot.Clients.GitHub;
using WebhookBot.Intake;

namespace WebhookBot.Recovery;

/// <summary>
/// The deliveries of the GitHub App's webhook. GitHub sends nothing again by itself:
/// <see href="https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries"/>
/// </summary>
internal sealed class GitHubDeliveryLog(AppDeliveries deliveries, FetchedDeliveries fetched, TimeProvider clock, IOptions<RecoveryOptions> options) : IDeliveryLog
{
    public string Preset => "github";

    public string? Source => options.Value.Source;

    public string? MissingSetting => deliveries.MissingSetting;

    public bool Fetches => options.Value.Pull;

    public async IAsyncEnumerable<IReadOnlyList<LoggedDelivery>> ReadAsync(DateTimeOffset since, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? cursor = null;
        do
        {
            var (items, next) = await CallAsync(() => deliveries.ListAsync(cursor, cancellation), cancellation);
            if (items.ValueKind != JsonValueKind.Array)
            {
                throw new DeliveryLogException(GitHubRefusedException.Unreadable().Fault);
            }

            yield return [.. items.EnumerateArray().Select(Read).OfType<LoggedDelivery>()];
            cursor = next == cursor ? null : next;
        }
        while (cursor is not null);
    }

    public Task<string?> RecoverAsync(LoggedDelivery delivery, WebhookSource source, CancellationToken cancellation) =>
        CallAsync(() => Fetches ? FetchAsync(delivery, source, cancellation) : AskAsync(delivery, cancellation), cancellation);

    // What is not of this shape is nothing that could be asked for.
    private static LoggedDelivery? Read(JsonElement item) =>
        item.TextAt("id") is { Length: > 0 and <= 32 } id && id.All(char.IsAsciiDigit)
        && item.TextAt("guid") is { Length: > 0 and <= 200 } guid
        && DateTimeOffset.TryParse(item.TextAt("delivered_at"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            ? new LoggedDelivery(new LogPlace(at, id), guid, item.NumberAt("status_code") is >= 200 and < 300, item.IsTrueAt("redelivery"))
            : null;

    private async Task<string?> AskAsync(LoggedDelivery delivery, CancellationToken cancellation)
    {
        await deliveries.RedeliverAsync(delivery.Place.Id, cancellation);
        return null;
    }

    private async Task<string?> FetchAsync(LoggedDelivery delivery, WebhookSource source, CancellationToken cancellation)
    {
        var id = delivery.Place.Id;
        var item = await deliveries.GetAsync(id, cancellation);
        if (item.At("request", "headers") is not { ValueKind: JsonValueKind.Object } given || item.At("request", "payload") is not { ValueKind: JsonValueKind.Object } payload)
        {
            return "its request cannot be read";
        }

        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var header in given.EnumerateObject())
        {
            headers[header.Name] = given.TextAt(header.Name) ?? "";
        }

        if (item.TextAt("guid") != delivery.SenderId || headers.GetValueOrDefault("X-GitHub-Delivery") != delivery.SenderId)
        {
            return "it has another id than in the list";
        }

        return IsOfApp(headers)
            ? await fetched.TakeAsync(source, headers, JsonMarshal.GetRawUtf8Value(payload).ToArray(), deliveries.AddressOf(id))
            : "it was not sent to this app's webhook";
    }

    private bool IsOfApp(Dictionary<string, string> headers) =>
        headers.GetValueOrDefault("X-GitHub-Hook-Installation-Target-Type") == "integration"
        && headers.GetValueOrDefault("X-GitHub-Hook-Installation-Target-ID") == deliveries.AppId;

    private async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellation)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (GitHubFaults.Classify(e, DateTimeOffset.MinValue, clock.GetUtcNow(), cancellation) is { } fault)
        {
            throw new DeliveryLogException(fault, e);
        }
    }
}
