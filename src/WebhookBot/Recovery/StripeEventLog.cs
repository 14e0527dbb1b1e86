using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using WebhookBot.Clients;
using WebhookBot.Clients.Stripe;
using WebhookBot.Intake;

namespace WebhookBot.Recovery;

/// <summary>
/// The events of a Stripe account that did not reach each of its webhooks. They are fetched: an event has the same content there as when it is
/// sent. <see href="https://docs.stripe.com/webhooks/process-undelivered-events"/>
/// </summary>
internal sealed class StripeEventLog(StripeEvents events, FetchedDeliveries fetched) : IDeliveryLog
{
    private const long LatestSecond = 253402300799;

    public string Preset => "stripe";

    public string? Source => events.Source;

    public string? MissingSetting => events.MissingSetting;

    public bool Fetches => true;

    public async IAsyncEnumerable<IReadOnlyList<LoggedDelivery>> ReadAsync(DateTimeOffset since, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? after = null;
        while (true)
        {
            var page = await CallAsync(() => events.ListUndeliveredAsync(since, after, cancellation));
            if (page.At("data") is not { ValueKind: JsonValueKind.Array } items)
            {
                throw new DeliveryLogException(CallFault.Retry("Stripe's answer could not be read"));
            }

            LoggedDelivery[] read = [.. items.EnumerateArray().Select(Read).OfType<LoggedDelivery>()];
            yield return read;
            if (!page.IsTrueAt("has_more") || read.Length == 0 || read[^1].SenderId == after)
            {
                yield break;
            }

            after = read[^1].SenderId;
        }
    }

    public async Task<string?> RecoverAsync(LoggedDelivery delivery, WebhookSource source, CancellationToken cancellation)
    {
        JsonElement item;
        try
        {
            item = await CallAsync(() => events.GetAsync(delivery.SenderId, cancellation));
        }
        catch (DeliveryLogException e) when (e.InnerException is StripeRefusedException { IsGone: true })
        {
            return "Stripe does not keep it any more";
        }

        return item.TextAt("id") == delivery.SenderId
            ? await fetched.TakeAsync(source, [], JsonMarshal.GetRawUtf8Value(item).ToArray(), events.AddressOf(delivery.SenderId))
            : "it has another id than in the list";
    }

    private static LoggedDelivery? Read(JsonElement item) =>
        item.TextAt("id") is { Length: > 0 and <= 200 } id && item.NumberAt("created") is { } created and >= 0 and <= LatestSecond
            ? new LoggedDelivery(new LogPlace(DateTimeOffset.FromUnixTimeSeconds(created), id), id, Arrived: false, IsRepeat: false)
            : null;

    private static async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (StripeRefusedException e)
        {
            throw new DeliveryLogException(e.Fault, e);
        }
    }
}
