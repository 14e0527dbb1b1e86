using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using WebhookBot.Admin;
using WebhookBot.Clients;
using WebhookBot.Journal;
using WebhookBot.Journal.LiteDb;

namespace WebhookBot.Cli;

/// <summary><c>webhookbot journal</c>: what is done to the files of a journal that no bot is using.</summary>
internal static class JournalCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    public static Command Create() => new("journal", "Verifies, rebuilds or exports the files of a journal while no bot is running on it.")
    {
        Verify(),
        Rebuild(),
        Export(),
    };

    private static Option<string?> DataOption() => new("--data") { Description = "The bot's data folder (default: where the settings say, else data)" };

    private static Command Verify()
    {
        var data = DataOption();
        var format = new Option<string>("--format") { Description = "text or json", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        var command = new Command("verify", """
            Reads every record of the log and checks it against its checksum. Changes nothing.

            Exit codes: 0 sound, 1 damaged or not readable, 2 bad usage.
            """) { data, format };
        command.SetAction((parsed, _) => OpenAsync(parsed.GetValue(data), options => Task.FromResult(Verify(options, isJson: parsed.GetValue(format) == "json"))));
        return command;
    }

    private static Command Rebuild()
    {
        var data = DataOption();
        var command = new Command("rebuild", """
            Throws the index and the sidecars of the segments away and makes them again from the log. The bot does so by itself when they are damaged.

            Exit codes: 0 done, 1 the log cannot be read, 2 bad usage.
            """) { data };
        command.SetAction((parsed, cancellation) => OpenAsync(parsed.GetValue(data), options => RebuildAsync(options, cancellation)));
        return command;
    }

    private static Command Export()
    {
        var data = DataOption();
        var output = new Option<string?>("--output", "-o") { Description = "File to write to (default: standard output)" };
        var last = new Option<int>("--last") { Description = "At most so many, the newest", DefaultValueFactory = _ => DeliveryExport.MostDeliveries };
        last.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && (!int.TryParse(text, out var number) || number < 1))
            {
                result.AddError($"--last takes a number of 1 or more, not '{text}'");
            }
        });
        var since = SinceOption.Create("Only deliveries received");
        var command = new Command("export", """
            Writes deliveries with what was decided about them, one JSON object a line, newest first: as GET /api/deliveries/export does.

            Exit codes: 0 done, 1 the log cannot be read, 2 bad usage.
            """) { data, output, last, since };
        command.SetAction((parsed, cancellation) => OpenAsync(parsed.GetValue(data), options =>
            ExportAsync(options, parsed.GetValue(output), new DeliveryQuery { Since = ApiJson.ReadTime(SinceOption.Read(parsed.GetValue(since)) ?? "") }, parsed.GetValue(last), cancellation)));
        return command;
    }

    private static async Task<int> OpenAsync(string? data, Func<JournalOptions, Task<int>> use)
    {
        var configured = Settings()[$"{JournalOptions.Section}:Path"];

        // Nothing is dropped by whoever only looks.
        var options = new JournalOptions { Retention = TimeSpan.FromDays(36500) };
        options.Path = data is not null ? Path.Combine(data, "journal.db") : configured ?? options.Path;
        if (!Directory.Exists(JournalPaths.LogFolder(options)))
        {
            throw new SettingsException($"There is no journal: the folder {JournalPaths.LogFolder(options)} does not exist. Name the bot's data folder with --data.");
        }

        try
        {
            return await use(options);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new SettingsException(e.Message);
        }
    }

    private static IConfigurationRoot Settings() =>
        new ConfigurationBuilder().AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true).AddEnvironmentVariables().Build();

    private static int Verify(JournalOptions options, bool isJson)
    {
        using var held = JournalPaths.Lock(options);
        using var line = new ProgressLine(TimeProvider.System);
        var reports = new List<SegmentReport>();
        foreach (var report in LogInspection.Inspect(new DiskLogFolder(JournalPaths.LogFolder(options)), (done, total) => line.Show($"{done >> 20} of {total >> 20} MB")))
        {
            reports.Add(report);
            if (!isJson)
            {
                Console.WriteLine(Text(report));
            }
        }

        var isSound = reports.TrueForAll(report => report.IsSound);
        Console.WriteLine(isJson ? Json(reports, isSound) : $"{Summary(reports)}: {(isSound ? "sound" : "DAMAGED")}");
        return isSound ? 0 : 1;
    }

    private static string Text(SegmentReport report)
    {
        var lines = new List<string> { $"{report.Name}  {Counted.Of((int)report.Frames, "record")}, {Counted.Of((int)report.Deliveries, "delivery", "deliveries")}, {report.Bytes:N0} bytes" };
        lines.AddRange(report.Damage.Select(damage => $"  damaged: {damage.Length:N0} bytes from {damage.Offset} are no records"));
        lines.AddRange(report.Torn is { } torn ? [$"  torn end: {torn.Length:N0} bytes from {torn.Offset}; nobody was told that they are written, and the next start cuts them off"] : []);
        lines.AddRange(report.Problem is { } problem ? [$"  damaged: {problem}"] : []);
        return string.Join('\n', lines);
    }

    private static string Summary(List<SegmentReport> reports) =>
        $"{Counted.Of(reports.Count, "segment")}, {Counted.Of((int)reports.Sum(one => one.Frames), "record")}, {Counted.Of((int)reports.Sum(one => one.Deliveries), "delivery", "deliveries")}, {reports.Sum(one => one.Bytes):N0} bytes";

    private static string Json(List<SegmentReport> reports, bool isSound) => new JsonObject
    {
        ["sound"] = isSound,
        ["segments"] = new JsonArray([.. reports.Select(report => new JsonObject
        {
            ["file"] = report.Name,
            ["bytes"] = report.Bytes,
            ["records"] = report.Frames,
            ["deliveries"] = report.Deliveries,
            ["damage"] = new JsonArray([.. report.Damage.Select(Json)]),
            ["torn"] = report.Torn is { } torn ? Json(torn) : null,
            ["problem"] = report.Problem,
        })]),
    }.ToJsonString(ApiJson.Options);

    private static JsonObject Json(DamagedRange range) => new() { ["offset"] = range.Offset, ["length"] = range.Length };

    private static async Task<int> RebuildAsync(JournalOptions options, CancellationToken cancellation)
    {
        using (JournalPaths.Lock(options))
        {
            LiteDbJournal.ForgetIndex(options);
        }

        using var line = new ProgressLine(TimeProvider.System);
        await using var journal = LiteDbJournal.Open(options, TimeProvider.System, NullLogger<LiteDbJournal>.Instance);
        var (least, since) = (long.MaxValue, TimeProvider.System.GetTimestamp());
        var made = journal.IndexedAsync();
        while (!made.IsCompleted)
        {
            var health = journal.Health;
            (least, since) = health.IndexLag < least ? (health.IndexLag, TimeProvider.System.GetTimestamp()) : (least, since);
            if (TimeProvider.System.GetElapsedTime(since) > Patience)
            {
                throw new IOException($"The index is not made again: {health.IndexNote ?? "nothing has come of it for a minute"}. Is there room on the disk, and may the folder be written?");
            }

            line.Show(health.IndexNote ?? $"{health.IndexLag:N0} records to go");
            await Task.Delay(LookEvery, cancellation);
        }

        Console.WriteLine($"The index is made again: {Counted.Of((int)journal.Records, "record")}.");
        return 0;
    }

    private static async Task<int> ExportAsync(JournalOptions options, string? output, DeliveryQuery query, int last, CancellationToken cancellation)
    {
        await using var journal = LiteDbJournal.Open(options, TimeProvider.System, NullLogger<LiteDbJournal>.Instance);
        await using var to = output is null ? Console.OpenStandardOutput() : File.Create(output);
        using var line = new ProgressLine(TimeProvider.System);
        var count = 0;
        await DeliveryExport.WriteAsync(to, journal.ReadLastAsync(query, last, cancellation).Select(Counting), new KnownSecrets(Settings()), cancellation);
        await Console.Error.WriteLineAsync($"{Counted.Of(count, "delivery", "deliveries")} written{(output is null ? "" : $" to {output}")}");
        return 0;

        DeliveryRecord Counting(DeliveryRecord record)
        {
            line.Show($"{++count:N0} deliveries");
            return record;
        }
    }
}
