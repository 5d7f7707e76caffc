<?php

// Dates in the posts' front matter name no zone: they are the newsroom's clock.
date_default_timezone_set('Europe/London');
