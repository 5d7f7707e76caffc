<?php

use Illuminate\Support\Str;

return [
    'baseUrl' => 'https://gazette.example',
    'production' => false,
    'siteName' => 'The Example Gazette',
    'siteDescription' => 'News from Saltmere and the bay',
    'siteLanguage' => 'en-GB',

    'collections' => [
        'posts' => [
            'path' => '/articles/{-title}',
            'sort' => '-date',
        ],
    ],

    'getExcerpt' => function ($page, $length = 255) {
        return Str::limit(strip_tags($page->description), $length);
    },
];
