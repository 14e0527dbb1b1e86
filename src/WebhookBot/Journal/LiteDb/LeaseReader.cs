using System.Text.Json;
using WebhookBot.Rules.Planning;

namespace WebhookBot.Journal.LiteDb;

/// <summary>Reads what was claimed from the log. What cannot be read any more is given up.</summary>
internal sealed partial class LeaseReader(Log log, LogWriter writer, TimeProvider time, ILogger logger)
{
    public Task<DeliveryLease?> ReadLeaseAsync(DeliveryState delivery, long fence) => ReadOrPutAsideAsync(delivery, () => new DeliveryLease
    {
        Delivery = Read(delivery),
        Plan = delivery.Progress.IsPlanned ? ReadPlan(delivery) : null,
        Postponed = delivery.Progress.Postponed,
        Interrupted = delivery.Progress.IsPlanned ? 0 : delivery.Progress.Interrupted,
        IsSuspect = delivery.Progress.IsSuspect,
        Fence = fence,
    });

    public async Task<IReadOnlyList<ActionLease>> ReadActionsAsync(List<TakenAction> taken)
    {
        var leases = new List<ActionLease>(taken.Count);
        var plans = new Dictionary<DeliveryState, Plan?>();
        foreach (var (place, attempts, interrupted, isInDoubt, fence) in taken)
        {
            if (!plans.TryGetValue(place.Delivery, out var plan))
            {
                plans.Add(place.Delivery, plan = await ReadOrPutAsideAsync(place.Delivery, () => ReadPlan(place.Delivery)));
            }

            if (plan is not null)
            {
                leases.Add(new ActionLease
                {
                    Action = plan.Actions[place.Action],
                    Origin = Origin(place.Delivery),
                    Index = place.Action,
                    Attempts = attempts,
                    Interrupted = interrupted,
                    IsInDoubt = isInDoubt,
                    Fence = fence,
                });
            }
        }

        return leases;
    }

    public Task<Delivery?> ReadDeliveryAsync(DeliveryState delivery) => ReadOrPutAsideAsync(delivery, () => Read(delivery));

    /// <summary>Where an action comes from; it is planned, so its delivery was read.</summary>
    public static ActionOrigin Origin(DeliveryState delivery)
    {
        var names = delivery.Names!;
        return new(names.Id, delivery.Sequence, names.Source, names.Event, names.Subject, new DateTimeOffset(delivery.Entry.ReceivedTicks, TimeSpan.Zero));
    }

    public Plan ReadPlan(DeliveryState delivery) => PlanFrame.Read(log.ReadMoving(() => delivery.PlanPosition)!.Value.Payload);

    private Delivery Read(DeliveryState delivery)
    {
        var frame = log.ReadMoving(() => delivery.Position)!.Value;
        var read = DeliveryFrame.Read(frame.Header, frame.Payload);
        delivery.Names ??= new DeliveryNames(read.Id, read.Source, read.Event, read.Subject);
        return read;
    }

    // What is damaged can never be decided or done; holding on to it would hold its subject up for ever. A disk that cannot be read now may be read
    // when the claim has run out; what was claimed with it goes on.
    private async Task<T?> ReadOrPutAsideAsync<T>(DeliveryState delivery, Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (IOException exception)
        {
            LogNotRead(delivery.Title, exception);
        }
        catch (Exception exception) when (exception is InvalidDataException or JsonException)
        {
            LogUnreadable(delivery.Title, exception);
            await writer.Submit(ReasonFrame.GivenUp(delivery.Sequence, time.GetUtcNow(), exception.Message));
        }

        return null;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The disk does not give delivery {DeliveryId} out; it is tried again")]
    private partial void LogNotRead(string deliveryId, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Delivery {DeliveryId} cannot be read any more and is given up")]
    private partial void LogUnreadable(string deliveryId, Exception exception);
}

/// <summary>A claimed action as it was under the gate.</summary>
internal readonly record struct TakenAction(ActionPlace Place, int Attempts, int Interrupted, bool IsInDoubt, long Fence);
