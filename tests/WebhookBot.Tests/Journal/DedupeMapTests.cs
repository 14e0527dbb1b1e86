using Microsoft.Extensions.Time.Testing;
using WebhookBot.Journal.LiteDb;

namespace WebhookBot.Tests.Journal;

/// <summary>Of deliveries under one id of their sender the latest one counts, in whatever order they are learnt of.</summary>
public sealed class DedupeMapTests
{
    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void Remembers_the_latest_of_those_that_were_dropped(long first, long second)
    {
        var (map, key) = (new DedupeMap(), ContentKey.Of("github", "a"));
        foreach (var sequence in new[] { first, second })
        {
            map.Remember(new DeliveryEntry(sequence, new LogPosition((int)sequence, 64), JournalDriver.Start.AddDays(sequence).UtcTicks, key, default), null);
        }

        var answer = map.Enter(JournalDriver.Draft("a"), key, new FakeTimeProvider().GetUtcNow());

        Assert.Equal(2, answer.Known?.Sequence);
    }
}
