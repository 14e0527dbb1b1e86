using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBot.Clients;
using WebhookBot.Intake;
using WebhookBot.Rules;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Sources;
using WebhookBot.Rules.Testing;

namespace WebhookBot.Cli;

/// <summary><c>webhookbot send</c>: a signed sample to a running bot, and what came of it.</summary>
internal static class SendCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var name = new Argument<string>("event") { Description = "A sample: the name of a source, and one of its events; docs/sources.md lists them. For instance github.pull_request.opened, alertmanager.firing" };
        var to = new Option<string>("--to", "--server", "--url") { Description = "Address of the bot, or of one of its sources", DefaultValueFactory = _ => BotHost.DefaultUrl };
        var secret = new Option<string?>("--secret") { Description = "NAME of the setting that holds the secret (default: the one that the rule files name)" };
        var file = new Option<string?>("--file") { Description = "A file with the payload, sent as it is, for a source of your own or instead of the sample" };
        var set = new Option<string[]>("--set") { Description = "path=value: changes the sample's payload", AllowMultipleArgumentsPerToken = false };
        var rules = new Option<string>("--rules") { Description = "Folder of rule files, which name the source's secret", DefaultValueFactory = _ => "rules" };
        var data = new Option<string>("--data") { Description = "The bot's data folder, which holds the development secrets", DefaultValueFactory = _ => "data" };
        var command = new Command("send", """
            Sends a signed sample to a running bot and tells what came of it.

            Exit codes: 0 the bot took it, 1 it refused it or does not answer, or a setting is missing, 2 no such sample or bad usage.
            """) { name, to, secret, file, set, rules, data };
        command.SetAction((parsed, cancellation) => SendAsync(
            new SendWish(parsed.GetValue(name)!, parsed.GetValue(to)!, parsed.GetValue(secret), parsed.GetValue(file), parsed.GetValue(set) ?? [], parsed.GetValue(rules)!, parsed.GetValue(data)!), cancellation));
        return command;
    }

    private static async Task<int> SendAsync(SendWish wish, CancellationToken cancellation)
    {
        var sourceName = wish.Event.Split('.')[0];
        var rules = wish.Compiled();
        var sources = rules.Sources;
        var source = sources.FirstOrDefault(s => s.Name == sourceName);
        var preset = source is null ? PresetCatalog.Find(sourceName) : WebhookSource.ShapeOf(source);
        if (preset is null || wish.Payload(preset, sourceName) is not { } sample)
        {
            await Console.Error.WriteLineAsync($"There is no sample '{wish.Event}'{Near(wish.Event, sources, source)}");
            return 2;
        }

        if (wish.File is not null && SampleRequest.EventPlace(preset) is { } place && JsonElement.Parse(sample).TextAt(place.Split('.')) is { } named && $"{sourceName}.{named}" != wish.Event)
        {
            await Console.Error.WriteLineAsync($"note: '{place}' of the file is '{named}', and that is the event, not {wish.Event}");
        }

        using var bot = new BotClient(wish.To);
        var to = new Uri(wish.To);
        var address = to.AbsolutePath.Length > 1 ? to : new Uri(to, $"/hooks/{sourceName}");
        var signer = wish.FindSigner(sourceName, source, preset, sources);
        using var request = SampleRequest.Create(preset, wish.Event, Change(sample, wish, rules), signer, address, TimeProvider.System.GetUtcNow(), wish.File is null ? wish.SetPaths : null);
        using var answer = await bot.SendAsync(request, cancellation);
        var said = await answer.Content.ReadAsStringAsync(cancellation);
        Console.WriteLine($"{(int)answer.StatusCode} {answer.StatusCode}  {said}".TrimEnd());
        if (!answer.IsSuccessStatusCode)
        {
            Console.WriteLine($"Why, the bot tells its operator: webhookbot doctor{BotClient.ServerFlag(to.GetLeftPart(UriPartial.Authority))}");
            return 1;
        }

        if (answer.Headers.Location is not { } location)
        {
            Console.WriteLine("The bot answered this itself; it is no delivery.");
            return 0;
        }

        if (said.Contains("\"duplicate\":true", StringComparison.Ordinal))
        {
            Console.WriteLine("The bot holds this delivery already; to send another, change with --set what it is known again by (docs/sources.md).");
        }

        try
        {
            return await FollowAsync(bot, Uri.UnescapeDataString(location.OriginalString.Split('/')[^1]), cancellation);
        }
        catch (SettingsException e)
        {
            await Console.Error.WriteLineAsync($"note: the bot took it, but what came of it cannot be shown: {e.Message}");
            return 0;
        }
    }

    // The samples are named by the preset, what is sent by the source.
    private static string Near(string wanted, IReadOnlyList<SourceDefinition> sources, SourceDefinition? source)
    {
        if (source is { Preset: null })
        {
            return $"; {source.Name} is a sender of your own: give its payload with --file";
        }

        var names = sources.Where(s => s.Preset is not null).SelectMany(s => SampleCatalog.Names
            .Where(n => n.Split('.')[0] == (PresetCatalog.Find(s.Preset)!.EventsOf ?? s.Preset))
            .Select(n => $"{s.Name}{n[n.IndexOf('.', StringComparison.Ordinal)..]}"));
        return Suggestion.For(wanted, sources.Count == 0 ? SampleCatalog.Names : names);
    }

    private static byte[] Change(byte[] sample, SendWish wish, RuleSet rules)
    {
        if (wish.Set.Length == 0)
        {
            return sample;
        }

        var payload = JsonNode.Parse(sample)!;
        var fields = new OverrideChecks(rules, BotHost.Vocabulary);
        foreach (var change in wish.Set)
        {
            var parts = change.Split('=', 2);
            if (parts.Length < 2)
            {
                throw new UsageException($"--set takes path=value, not '{change}'");
            }

            var missing = fields.Missing(wish.Event, payload, parts[0]);
            try
            {
                PayloadOverrides.Set(payload, parts[0], ReadValue(parts[1]));
            }
            catch (FormatException e)
            {
                throw new UsageException($"--set {change}: {e.Message}");
            }

            if (missing is not null)
            {
                Console.Error.WriteLine($"note: {missing}; it is sent all the same");
            }
        }

        return JsonSerializer.SerializeToUtf8Bytes(payload);
    }

    private static JsonElement ReadValue(string text)
    {
        try
        {
            return JsonElement.Parse(Encoding.UTF8.GetBytes(text));
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(text);
        }
    }

    private static async Task<int> FollowAsync(BotClient bot, string id, CancellationToken cancellation)
    {
        var until = TimeProvider.System.GetTimestamp();
        JsonNode? delivery;
        do
        {
            delivery = await bot.FindAsync(id, cancellation);
            if (delivery is null || !IsUnderWay(delivery))
            {
                break;
            }

            await Task.Delay(50, cancellation);
        }
        while (TimeProvider.System.GetElapsedTime(until) < Patience);

        if (delivery is not null)
        {
            DeliveryPrinter.Print(delivery, mostPassedOver: 0);
        }

        return 0;
    }

    // What waits for its time is not waited for here.
    private static bool IsUnderWay(JsonNode delivery) => (string?)delivery["status"] switch
    {
        "received" => true,
        "planned" => delivery["actions"] is JsonArray actions && actions.Any(a => (string?)a?["status"] is "pending" or "running"),
        _ => false,
    };
}
