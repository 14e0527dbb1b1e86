using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBot.Intake;
using WebhookBot.RuleFiles;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Testing;

namespace WebhookBot.Cli;

/// <summary><c>webhookbot send</c>: a signed sample to a running bot, and what came of it.</summary>
internal static class SendCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var name = new Argument<string>("event") { Description = $"A sample: {string.Join(", ", SampleCatalog.Names)}" };
        var to = new Option<string>("--to") { Description = "Address of the bot, or of one of its sources", DefaultValueFactory = _ => BotHost.DefaultUrl };
        var secret = new Option<string?>("--secret") { Description = "NAME of the setting that holds the secret (default: the one that the rule files name)" };
        var set = new Option<string[]>("--set") { Description = "path=value: changes the sample's payload", AllowMultipleArgumentsPerToken = false };
        var rules = new Option<string>("--rules") { Description = "Folder of rule files, which name the source's secret", DefaultValueFactory = _ => "rules" };
        var data = new Option<string>("--data") { Description = "The bot's data folder, which holds the development secrets", DefaultValueFactory = _ => "data" };
        var command = new Command("send", """
            Sends a signed sample to a running bot and tells what came of it.

            Exit codes: 0 the bot took it, 1 it refused it or does not answer, or a setting is missing, 2 no such sample or bad usage.
            """) { name, to, secret, set, rules, data };
        command.SetAction((parsed, cancellation) => SendAsync(
            new Wish(parsed.GetValue(name)!, parsed.GetValue(to)!, parsed.GetValue(secret), parsed.GetValue(set) ?? [], parsed.GetValue(rules)!, parsed.GetValue(data)!), cancellation));
        return command;
    }

    private static async Task<int> SendAsync(Wish wish, CancellationToken cancellation)
    {
        var sourceName = wish.Event.Split('.')[0];
        var source = wish.FindSource(sourceName);
        var preset = source is null ? PresetCatalog.Find(sourceName) : WebhookSource.ShapeOf(source);
        if (preset is null || SampleCatalog.Find((preset.EventsOf ?? preset.Name) + wish.Event[sourceName.Length..]) is not { } sample)
        {
            await Console.Error.WriteLineAsync($"There is no sample '{wish.Event}'{Suggestion.For(wish.Event, SampleCatalog.Names)}");
            return 2;
        }

        using var bot = new BotClient(wish.To);
        var to = new Uri(wish.To);
        var address = to.AbsolutePath.Length > 1 ? to : new Uri(to, $"/hooks/{sourceName}");
        using var request = SampleRequest.Create(preset, wish.Event, Change(sample, wish.Set), wish.FindSigner(sourceName, source, preset), address, TimeProvider.System.GetUtcNow());
        using var answer = await bot.SendAsync(request, cancellation);
        var said = await answer.Content.ReadAsStringAsync(cancellation);
        Console.WriteLine($"{(int)answer.StatusCode} {answer.StatusCode}  {said}".TrimEnd());
        if (!answer.IsSuccessStatusCode)
        {
            return 1;
        }

        if (answer.Headers.Location is not { } location)
        {
            Console.WriteLine("The bot answered this itself; it is no delivery.");
            return 0;
        }

        if (said.Contains("\"duplicate\":true", StringComparison.Ordinal))
        {
            Console.WriteLine("The bot holds this delivery already; change something with --set to send another.");
        }

        return await FollowAsync(bot, Uri.UnescapeDataString(location.OriginalString.Split('/')[^1]), cancellation);
    }

    private static byte[] Change(byte[] sample, string[] changes)
    {
        var payload = JsonNode.Parse(sample)!;
        foreach (var change in changes)
        {
            var parts = change.Split('=', 2);
            if (parts.Length < 2)
            {
                throw new SettingsException($"--set takes path=value, not '{change}'");
            }

            try
            {
                PayloadOverrides.Set(payload, parts[0], ReadValue(parts[1]));
            }
            catch (FormatException e)
            {
                throw new SettingsException($"--set {change}: {e.Message}");
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

    private sealed record Wish(string Event, string To, string? Secret, string[] Set, string Rules, string Data)
    {
        public Rules.Sources.SourceDefinition? FindSource(string name)
        {
            if (!Directory.Exists(Rules))
            {
                return null;
            }

            var files = RuleFileLoader.Read(Rules, RuleFileLoader.Find(Rules)).Files;
            return new RuleCompiler(BotHost.Vocabulary).Compile(files, RuleFileLoader.TextsOf(Rules)).RuleSet?.Sources.FirstOrDefault(s => s.Name == name);
        }

        public SampleSigner FindSigner(string sourceName, Rules.Sources.SourceDefinition? source, SourcePreset preset)
        {
            var name = Secret ?? (source?.Secrets is [var first, ..] ? first.Name : preset.NeedsSecret ? null : DevelopmentSecrets.KeyName(sourceName))
                ?? throw new SettingsException($"No rule file in '{Rules}' defines the source '{sourceName}'; name its secret's setting with --secret");
            return new SampleSigner(FindSecret(name, SampleKeys.IsSendersOwn(preset)), name, option => source?.Options.GetValueOrDefault(option) ?? []);
        }

        // Of a key pair the bot's setting holds the public half, and only a development key's other half is known here.
        private string FindSecret(string name, bool isSendersOwn)
        {
            var configuration = new ConfigurationManager();
            configuration.AddEnvironmentVariables();
            configuration.AddSecretFiles();
            var file = new DevelopmentSecrets(Data, isEnabled: false).File;
            return !isSendersOwn && configuration[name] is { Length: > 0 } value ? value
                : DevelopmentSecrets.Load(file).GetValueOrDefault(isSendersOwn ? DevelopmentSecrets.PrivateName(name) : name)
                ?? throw new SettingsException(isSendersOwn
                    ? $"The sender signs with a key of its own, so a sample can be signed only with a development key, and {file} has none; start the bot first without {name}, or say where its data is with --data"
                    : $"{name} is not set, and {file} has no development secret of that name; start the bot first, or say where its data is with --data");
        }
    }
}
