namespace WebhookBot.Tests.Journal;

/// <summary>What is dropped, and what is not, when the clock was wrong.</summary>
public sealed partial class RetentionTests
{
    [Fact]
    public async Task Drops_nothing_while_a_clock_is_wrong_for_less_than_an_hour()
    {
        using var journal = Open();
        var id = await AppendAsync(journal, "a", "x");
        await journal.WorkOffAsync(JournalDriver.Succeeded);
        await PassAsync(journal, TimeSpan.FromDays(2));
        _time.AdjustTime(_time.GetUtcNow() + TimeSpan.FromDays(365));
        await DropAsync(journal);
        _time.Advance(TimeSpan.FromMinutes(30));
        await DropAsync(journal);
        Assert.NotNull(await journal.FindAsync(id, Stop));
        _time.AdjustTime(_time.GetUtcNow() - TimeSpan.FromDays(365));
        await PassAsync(journal, TimeSpan.FromHours(3), TimeSpan.FromMinutes(20));
        Assert.NotNull(await journal.FindAsync(id, Stop));
    }

    [Fact]
    public async Task Drops_in_time_what_is_too_old_although_a_segment_was_begun_while_the_clock_was_a_year_ahead()
    {
        using var journal = Open();
        var before = await AppendAsync(journal, "before", "x");
        await journal.WorkOffAsync(JournalDriver.Succeeded);
        var right = _time.GetUtcNow();
        _time.AdjustTime(right + TimeSpan.FromDays(365));
        await DropAsync(journal);
        var ahead = await AppendAsync(journal, "while it was ahead", "x");
        await journal.WorkOffAsync(JournalDriver.Succeeded);
        _time.AdjustTime(right);

        await PassAsync(journal, Kept - TimeSpan.FromDays(1));
        Assert.NotNull(await journal.FindAsync(before, Stop));
        await PassAsync(journal, TimeSpan.FromDays(4));

        Assert.Null(await journal.FindAsync(before, Stop));
        Assert.Null(await journal.FindAsync(ahead, Stop));
    }

    [Fact]
    public async Task Drops_nothing_early_because_a_segment_was_begun_while_the_clock_was_behind()
    {
        using var journal = Open();
        await PassAsync(journal, TimeSpan.FromDays(2));
        var young = await AppendAsync(journal, "young", "x");
        await journal.WorkOffAsync(JournalDriver.Succeeded);
        var right = _time.GetUtcNow();
        _time.AdjustTime(right - TimeSpan.FromDays(60));
        await DropAsync(journal);
        await AppendAsync(journal, "while it was behind", "x");
        _time.AdjustTime(right);

        await PassAsync(journal, Kept - TimeSpan.FromDays(2));
        Assert.NotNull(await journal.FindAsync(young, Stop));
        await PassAsync(journal, TimeSpan.FromDays(5));

        Assert.Null(await journal.FindAsync(young, Stop));
    }
}
